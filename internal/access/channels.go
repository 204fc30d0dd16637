package access

import (
	"cmp"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/notify"
)

// tell allows what a channel takes of AWS: mail from one address, or one topic.
func (all *statements) tell(c config.Channel) {
	g, ok := notify.Grants(c)
	switch {
	case !ok:
	case g.Operation == notify.OpMail:
		// What is verified may be the address or any domain above it, and a configuration set is asked about as well: the address that mail is from is what bounds it.
		region := cmp.Or(g.Region, "*")
		all.allow("TellByMail", []string{own("ses", region, "identity/*"), own("ses", region, "configuration-set/*")}, g.Operation)
		s := all.statement("TellByMail")
		from := []string{g.From}
		if s.Condition != nil {
			from = append(from, s.Condition["StringEquals"]["ses:FromAddress"]...)
		}
		s.Condition = condition{"StringEquals": {"ses:FromAddress": unique(from)}}
	default:
		all.allow("TellTopics", []string{g.On}, g.Operation)
		// A topic may be encrypted by a key of its owner's choice.
		all.allow("TellEncryptedTopics", []string{"arn:" + partition + ":kms:*:*:key/*"}, "kms:Decrypt", "kms:GenerateDataKey")
		all.statement("TellEncryptedTopics").Condition = condition{"StringLike": {"kms:ViaService": {"sns.*"}}}
	}
}
