package config

import "time"

// Notify says whom to tell, how, and when.
type Notify struct {
	// Channels are the ways to reach people, by the names that people, groups and policies call them.
	Channels map[string]Channel `yaml:"channels"`
	// Default are the channels of whoever has none of their own.
	Default []string `yaml:"default"`
	// People are who can be told, by name.
	People map[string]Person `yaml:"people"`
	// Groups are several people, or a mailbox or a chat that they share, by name.
	Groups map[string]Group `yaml:"groups"`
	// Owners says which person or group an owner is that is found at a resource: the value of a tag, a name in Studio, a role session.
	Owners map[string]string `yaml:"owners"`
	// Domains are those of mail addresses that may be written to without being named here.
	Domains []string `yaml:"domains"`
	// OwnerDomain makes a mail address of an owner's bare name. Where such an address may not exist, leave it out: a mail that comes back counts as told.
	OwnerDomain string `yaml:"ownerDomain"`
	// Fallback is the group or person that is told where no owner is known, or nobody knows how to reach them.
	Fallback string `yaml:"fallback"`
	// Templates is a folder of templates, NAME.tmpl, that take the place of the built-in one, notice.tmpl, or go beside it.
	Templates string `yaml:"templates"`
	// Links are what a notice offers to click on.
	Links *Links `yaml:"links"`
	// Remind is how long before something is done it is announced once more; 1h when left out, 0s for never.
	Remind time.Duration `yaml:"remind"`
	// Quiet is how long nobody is told again what still is as it was; for ever when left out.
	Quiet time.Duration `yaml:"quiet"`
	// Digest is the time of day, as 09:00, to which everything waits that announces nothing; at once when left out.
	Digest string `yaml:"digest"`
	// Zone is the time zone of whoever has none of their own, as Europe/Berlin.
	Zone string `yaml:"zone"`
	// Hours are those in which people are told anything but a reminder; always when left out.
	Hours *Hours `yaml:"hours"`
}

// A Channel is one way to reach people: one of these. Secrets stand in environment variables, whose names are given, or in files, as file:/run/secrets/hook.
type Channel struct {
	// SMTP is a server for outgoing mail.
	SMTP *SMTP `yaml:"smtp"`
	// SES is Amazon Simple Email Service.
	SES *SES `yaml:"ses"`
	// SNS is the ARN of an Amazon SNS topic.
	SNS string `yaml:"sns"`
	// Slack is where the address of an incoming webhook of Slack stands.
	Slack string `yaml:"slack"`
	// Teams is where the address of a webhook of Microsoft Teams' Workflows stands.
	Teams string `yaml:"teams"`
	// Webhook is a receiver of your own, told as Standard Webhooks has it.
	Webhook *Webhook `yaml:"webhook"`
	// Console prints notices to standard output.
	Console *struct{} `yaml:"console"`
}

// SMTP is a server for outgoing mail. The way there is encrypted, unless it is on this machine.
type SMTP struct {
	// Host is its name.
	Host string `yaml:"host"`
	// Port is 587 when left out, or 465 with tls.
	Port int `yaml:"port"`
	// TLS is for a server that speaks TLS from the first byte, rather than after STARTTLS.
	TLS bool `yaml:"tls"`
	// From is the sender.
	From string `yaml:"from"`
	// User signs in there; nobody does when left out.
	User string `yaml:"user"`
	// Password is where the user's password stands.
	Password string `yaml:"password"`
}

// SES is Amazon Simple Email Service, with the caller's credentials.
type SES struct {
	// Region is where the sender is verified.
	Region string `yaml:"region"`
	// From is the sender.
	From string `yaml:"from"`
	// ConfigurationSet is that of SES, if one is used.
	ConfigurationSet string `yaml:"configurationSet"`
}

// A Webhook is a receiver of your own.
type Webhook struct {
	// URL is where the receiver's address stands, which may be a secret.
	URL string `yaml:"url"`
	// Secret is where the secret of the signatures stands: whsec_ and 24 to 64 bytes in base64.
	Secret string `yaml:"secret"`
	// Previous is where the secret before it stands, while receivers change over.
	Previous string `yaml:"previous"`
}

// Reach is how somebody is reached.
type Reach struct {
	// Email is the address.
	Email string `yaml:"email"`
	// Slack is the member's id in Slack, as U012AB3CD, to be mentioned by.
	Slack string `yaml:"slack"`
	// Teams is the user principal name, as ana@example.com, to be mentioned by.
	Teams string `yaml:"teams"`
	// Via are the channels; the default ones when left out.
	Via []string `yaml:"via"`
	// Zone is the time zone, as Europe/Berlin.
	Zone string `yaml:"zone"`
	// Hours are those in which to tell anything but a reminder.
	Hours *Hours `yaml:"hours"`
}

// A Person is one who can be told.
type Person struct {
	Reach `yaml:",inline"`
	// Owns are the names under which resources call this person their owner, beside the person's own name and mail address.
	Owns []string `yaml:"owns"`
	// ARNs are all those under which the person calls AWS, as sts get-caller-identity shows them; a * stands for any characters but a slash, and [] says that there are none.
	// They tell whether who approves by a link and who approves by a command are two people.
	ARNs []string `yaml:"arns"`
}

// A Group is several people, or what they share.
type Group struct {
	Reach `yaml:",inline"`
	// Members are people, each of whom is told. Without any, the group is told as one.
	Members []string `yaml:"members"`
}

// Links are what a notice offers to click on: to put off, to keep, to approve. sagewarden serve answers them.
type Links struct {
	// BaseURL is where the server is reached, as https://sagewarden.example.com/act.
	BaseURL string `yaml:"baseURL"`
	// Key is where the key stands that signs links: 32 bytes or more, in base64.
	Key string `yaml:"key"`
	// Previous is where the key before it stands, as long as links of it are about.
	Previous string `yaml:"previous"`
	// Valid is how long a link is good for; 168h when left out.
	Valid time.Duration `yaml:"valid"`
	// Snooze is how long a click puts off; 24h when left out.
	Snooze time.Duration `yaml:"snooze"`
	// Keep is how long a click keeps; 336h when left out.
	Keep time.Duration `yaml:"keep"`
}

// Hours are a part of the week.
type Hours struct {
	// Days are those of the week, as mon or tue; monday to friday when left out.
	Days []string `yaml:"days"`
	// From and To are times of day, as 08:00 and 18:00.
	From string `yaml:"from"`
	// To is when they end.
	To string `yaml:"to"`
}
