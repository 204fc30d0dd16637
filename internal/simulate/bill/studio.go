package bill

import (
	"maps"
	"strings"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// appUsage begins the usage type of an app's hours.
var appUsage = map[string]string{
	"KernelGateway": "Studio:KernelGateway-", "JupyterLab": "Studio:JupyterLab-", "CodeEditor": "Studio:CodeEditor-", "TensorBoard": "Studio:TensorBoard-",
	"RStudioServerPro": "RStudio:RServer-", "RSessionGateway": "RStudio:RSessionGateway-",
}

// dataWrangler begins the names of the apps of Data Wrangler.
const dataWrangler = "sagemaker-data-wrang-"

// studio bills a domain: its apps, the volumes of its spaces, and its file system.
func (p *purse) studio(d *world.Domain) {
	p.apps(d)
	for _, s := range d.Spaces {
		p.gigabytes(p.space(d, s), "Studio:VolumeUsage.gp3", Amount(s.VolumeGB)*One, lasting(s.Created, s.Deleted))
	}
	for _, m := range p.region.Metrics {
		held, ok := m.Pattern.(world.Gauge)
		if !ok || m.Name != "StorageBytes" || m.Dimensions["FileSystemId"] != d.FileSystem() {
			continue
		}
		const gigabyte = 1 << 30
		home := p.subject("studio-domain", d.Resource(), d.Name)
		home.marks = map[string]string{"ManagedByAmazonSageMakerResource": home.ID}
		home.Domain, home.ID = d.ID, "arn:"+p.account.InPartition()+":elasticfilesystem:"+p.region.Name+":"+p.account.ID+":file-system/"+d.FileSystem()
		p.gigabytes(home, "TimedStorage-ByteHrs", Amount(held.Value/gigabyte*float64(One)), lasting(held.From, held.To))
	}
}

// apps bills each app, and kernels of one person on one type of instance together: they run on one, which the first of them names.
func (p *purse) apps(d *world.Domain) {
	type machine struct{ owner, usage string }
	shared := map[machine]int{}
	var firsts []*Subject
	var machines []machine
	var over [][]world.Interval
	for _, a := range d.Apps {
		usage, named := appUsage[a.Type]
		if a.Type == "KernelGateway" && strings.HasPrefix(a.Name, dataWrangler) {
			usage = "Studio_DW:KernelGateway-"
		}
		switch {
		case a.Status == "Failed":
			continue
		case a.Type == "Canvas":
			usage = "Canvas:Session-Hrs"
		case !named:
			continue
		default:
			usage += a.InstanceType
		}
		s := p.app(d, a)
		m := machine{a.User + "/" + a.Space, usage}
		if a.Type != "KernelGateway" {
			m.owner = s.ID
		}
		i, known := shared[m]
		if !known {
			i = len(firsts)
			shared[m] = i
			firsts, machines, over = append(firsts, s), append(machines, m), append(over, nil)
		}
		over[i] = append(over[i], lasting(a.Created.Add(s.lag()), a.Deleted))
	}
	for i, s := range firsts {
		p.hours(s, machines[i].usage, 1, over[i]...)
	}
}

// app is the app with the tags that it was given and, where the domain passes them on, those of its people and place. SageMaker's own
// tags are on it in any case.
func (p *purse) app(d *world.Domain, a *world.App) *Subject {
	s := p.subject("studio-app", a.Resource(d.ID), a.Owner()+"/"+a.Name)
	s.Domain, s.Space, s.User = d.ID, a.Space, a.User
	domain := p.account.ARN(p.region.Name, d.Resource())
	s.marks = map[string]string{"sagemaker:domain-arn": domain}
	above := []string{domain}
	if a.Space != "" {
		arn := p.account.ARN(p.region.Name, "space/"+d.ID+"/"+a.Space)
		s.marks["sagemaker:space-arn"], above = arn, append(above, arn)
	} else {
		arn := p.account.ARN(p.region.Name, "user-profile/"+d.ID+"/"+a.User)
		s.marks["sagemaker:user-profile-arn"], above = arn, append(above, arn)
	}
	if d.TagPropagation == "ENABLED" {
		own := s.tags
		s.tags = map[string]string{}
		for _, arn := range above {
			maps.Copy(s.tags, p.region.Tags[arn])
		}
		maps.Copy(s.tags, own)
	}
	return s
}

func (p *purse) space(d *world.Domain, sp *world.Space) *Subject {
	s := p.subject("studio-space", sp.Resource(d.ID), sp.Name)
	s.Domain, s.Space, s.User = d.ID, sp.Name, sp.Owner
	s.marks = map[string]string{"sagemaker:domain-arn": p.account.ARN(p.region.Name, d.Resource()), "sagemaker:space-arn": s.ID}
	return s
}
