package quicksight

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// Options say which dashboard is written.
type Options struct {
	// ID is that of the data source, the data set and the dashboard, and Name what people read.
	ID, Name string
	// Database has the views of the bill, whose names begin with Prefix; Workgroup of Athena reads them.
	Database, Prefix, Workgroup string
	// Tags are the keys that the dashboard has a part for, as the bill spells them.
	Tags []string
	// Months are how many are read, this one with them; zero reads all.
	Months int
	// User is the ARN of the user or group in QuickSight to whom all of it is given. Without it, the template alone is written.
	User string
	// Region is where QuickSight keeps it; the user's own when empty.
	Region string
}

var (
	ids    = regexp.MustCompile(`^[\w-]{1,512}$`)
	words  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,254}$`)
	groups = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	// people are users and groups of QuickSight, by their ARNs.
	people  = regexp.MustCompile(`^(user|group)/[^/]+/.+$`)
	regions = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d$`)
)

// mostTags is how many tags a data set has columns for.
const mostTags = 20

// Check says what is wrong with the options.
func (o Options) Check() error {
	switch {
	case !ids.MatchString(o.ID):
		return fmt.Errorf("--id: %q is no id: those have letters, digits, - and _", o.ID)
	case !words.MatchString(o.Database):
		return fmt.Errorf("--database: %q is no name of a database: name the one that has the views", o.Database)
	case !words.MatchString(o.Prefix + "charges"):
		return fmt.Errorf("--prefix: %q begins no name of a view: those have letters, digits and _", o.Prefix)
	case !groups.MatchString(o.Workgroup):
		return fmt.Errorf("--workgroup: %q is no name of a workgroup: those have letters, digits and ._-", o.Workgroup)
	case o.Months < 0:
		return errors.New("--months: it is a number of months, or 0 for all")
	case len(o.Tags) == 0:
		return errors.New("--tag: no tag is named, and no rule of allocation reads one: name the key that says whose it is")
	case len(o.Tags) > mostTags:
		return fmt.Errorf("--tag: a dashboard has room for %d tags, and %d are named", mostTags, len(o.Tags))
	}
	columns := map[string]string{}
	for _, key := range o.Tags {
		c := tagColumn(key)
		if c == "tag_" {
			return fmt.Errorf("--tag: %q has no letter from a to z and no digit, which the name of a column takes", key)
		}
		if other, taken := columns[c]; taken {
			return fmt.Errorf("--tag: %q and %q would both be the column %s: name one of them", key, other, c)
		}
		columns[c] = key
	}
	if o.User == "" {
		if o.Region != "" {
			return errors.New("--region has no effect without --user: a template is made in whichever region")
		}
		return nil
	}
	user, err := estate.ParseARN(o.User)
	if err != nil || user.Service != "quicksight" || user.Account == "" || !people.MatchString(user.Resource) {
		return fmt.Errorf("--user: %q is no user of QuickSight: write its ARN, as arn:aws:quicksight:us-east-1:111122223333:user/default/ana, which aws quicksight list-users tells", o.User)
	}
	if o.Region != "" && !regions.MatchString(o.Region) {
		return fmt.Errorf("--region: %q is no region", o.Region)
	}
	return nil
}

// What whoever gets it may do with it.
var (
	ofSources    = verbs("DataSource", "Describe%s", "Describe%sPermissions", "Pass%s", "Update%s", "Delete%s", "Update%sPermissions")
	ofSets       = append(verbs("DataSet", "Describe%s", "Describe%sPermissions", "Pass%s", "Update%s", "Delete%s", "Update%sPermissions"), verbs("Ingestion", "Describe%s", "List%ss", "Create%s", "Cancel%s")...)
	ofDashboards = verbs("Dashboard", "Describe%s", "List%sVersions", "Update%sPermissions", "Query%s", "Update%s", "Delete%s", "Describe%sPermissions", "Update%sPublishedVersion")
)

func verbs(noun string, forms ...string) (all []string) {
	for _, f := range forms {
		all = append(all, "quicksight:"+fmt.Sprintf(f, noun))
	}
	return all
}

func given(to any, actions []string) []node { return []node{{"Principal": to, "Actions": actions}} }

// with is the node with more members.
func (n node) with(more node) node {
	all := maps.Clone(n)
	maps.Copy(all, more)
	return all
}

// A File is one of the folder.
type File struct {
	Name    string
	Content []byte
}

// Files are all of the folder: the template, the inputs of QuickSight's API where somebody is named to whom it is given, and what to do with them.
func (o Options) Files() ([]File, error) {
	documents := []struct {
		name string
		of   node
	}{{"template.json", o.template()}}
	if o.User != "" {
		account, sourceARN, setARN := o.places()
		query := o.query(dialect.Athena, dialect.Name(o.Database))
		documents = append(documents, []struct {
			name string
			of   node
		}{
			{"data-source.json", o.dataSource(o.Workgroup).with(node{"AwsAccountId": account, "Permissions": given(o.User, ofSources)})},
			{"data-set.json", o.dataSet(sourceARN, query).with(node{"AwsAccountId": account, "Permissions": given(o.User, ofSets)})},
			{"refresh-schedule.json", node{"AwsAccountId": account, "DataSetId": o.ID, "Schedule": schedule(zoneOfAPI)}},
			{"dashboard.json", o.dashboard(setARN).with(node{"AwsAccountId": account, "Permissions": given(o.User, ofDashboards)})},
		}...)
	}
	var files []File
	for n, d := range documents {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if n > 0 { // CloudFormation takes a template of a limited length, and blanks count
			enc.SetIndent("", "  ")
		}
		if err := enc.Encode(d.of); err != nil {
			return nil, err
		}
		files = append(files, File{d.name, b.Bytes()})
	}
	return append(files, File{"README.md", []byte(o.readme(len(files[0].Content)))}), nil
}

// mostTemplate is how many bytes a template may have that goes with the call. A longer one is put to S3 first
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const mostTemplate = 51_200

// places are the account of the user, and the ARNs of what is made there.
func (o Options) places() (account, source, set string) {
	user, _ := estate.ParseARN(o.User) // it was checked
	at := estate.ARN{Partition: user.Partition, Service: "quicksight", Region: o.region(), Account: user.Account}
	at.Resource = "datasource/" + o.ID
	source = at.String()
	at.Resource = "dataset/" + o.ID
	return user.Account, source, at.String()
}

func (o Options) region() string {
	if o.Region != "" {
		return o.Region
	}
	user, _ := estate.ParseARN(o.User) // it was checked
	return user.Region
}

// template makes all of it by CloudFormation.
func (o Options) template() node {
	ref := func(name string) node { return node{"Ref": name} }
	arn := func(resource string) node { return node{"Fn::GetAtt": []string{resource, "Arn"}} }
	account := node{"AwsAccountId": ref("AWS::AccountId")}
	user := node{"Type": "String", "Description": "ARN of the user or group in QuickSight to whom it is given", "AllowedPattern": `^arn:aws[a-z-]*:quicksight:[^:]*:[0-9]{12}:(user|group)/.+$`}
	if o.User != "" {
		user["Default"] = o.User
	}
	resource := func(kind string, properties node) node {
		return node{"Type": "AWS::QuickSight::" + kind, "Properties": properties.with(account)}
	}
	return node{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Description":              "A dashboard of the bill for SageMaker in QuickSight, over the views of sagewarden in Athena.",
		"Parameters": node{
			"QuickSightUser": user,
			"WorkGroup":      node{"Type": "String", "Default": o.Workgroup, "Description": "workgroup of Athena that reads the views"},
			"Database":       node{"Type": "String", "Default": o.Database, "Description": "database of the views", "AllowedPattern": words.String()},
		},
		"Resources": node{
			"DataSource": resource("DataSource", o.dataSource(ref("WorkGroup")).with(node{"Permissions": given(ref("QuickSightUser"), ofSources)})),
			"DataSet":    resource("DataSet", o.dataSet(arn("DataSource"), node{"Fn::Sub": o.query(dialect.Athena, dialect.Name("${Database}"))}).with(node{"Permissions": given(ref("QuickSightUser"), ofSets)})),
			"Refresh":    resource("RefreshSchedule", node{"DataSetId": o.ID, "Schedule": schedule(zoneOfTemplate)}).with(node{"DependsOn": "DataSet"}),
			"Dashboard":  resource("Dashboard", o.dashboard(arn("DataSet")).with(node{"Permissions": given(ref("QuickSightUser"), ofDashboards)})),
		},
		"Outputs": node{"DashboardArn": node{"Value": arn("Dashboard")}},
	}
}

// readme says how the files are used.
func (o Options) readme(size int) string {
	var b strings.Builder
	staged := ""
	if size > mostTemplate {
		staged = " --s3-bucket BUCKET"
	}
	fmt.Fprintf(&b, `# A dashboard of the bill in QuickSight

It reads the view %[1]scharges of the database %[2]s, which `+"`sagewarden cost views athena --apply`"+` makes. QuickSight has to be allowed to use Athena, the bucket of the
bill and the bucket of the results (Manage QuickSight, Security & permissions). The data set is kept in SPICE, of the last months alone, and is read anew each day at 06:00 UTC.

Make all of it with CloudFormation, in the region in which you use QuickSight:

`+"```sh"+`
aws cloudformation deploy --stack-name %[3]s --template-file template.json%[6]s \
  --parameter-overrides QuickSightUser=%[4]s WorkGroup=%[5]s Database=%[2]s
`+"```"+`
`, o.Prefix, o.Database, o.ID, cmp.Or(o.User, "ARN_OF_THE_USER"), o.Workgroup, staged)
	if o.User == "" {
		b.WriteString("\n`aws quicksight list-users --aws-account-id ACCOUNT --namespace default` tells the ARN.\n")
		return b.String()
	}
	account, _, _ := o.places()
	fmt.Fprintf(&b, `
Or with QuickSight's own calls, in this order:

`+"```sh"+`
aws quicksight create-data-source --region %[1]s --cli-input-json file://data-source.json
aws quicksight create-data-set --region %[1]s --cli-input-json file://data-set.json
aws quicksight create-refresh-schedule --region %[1]s --cli-input-json file://refresh-schedule.json
aws quicksight create-dashboard --region %[1]s --cli-input-json file://dashboard.json
`+"```"+`

Each answers before it is through: `+"`aws quicksight describe-dashboard --region %[1]s --aws-account-id %[2]s --dashboard-id %[3]s`"+` says what became of the dashboard. To take it away again:

`+"```sh"+`
aws quicksight delete-dashboard --region %[1]s --aws-account-id %[2]s --dashboard-id %[3]s
aws quicksight delete-data-set --region %[1]s --aws-account-id %[2]s --data-set-id %[3]s
aws quicksight delete-data-source --region %[1]s --aws-account-id %[2]s --data-source-id %[3]s
`+"```"+`
`, o.region(), account, o.ID)
	return b.String()
}
