package bill

import (
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A neighbor is a product of another service that SageMaker's users pay for too.
type neighbor struct {
	service, name, usage, operation, unit, family string
	// id is the resource, in which {account}, {region} and {name} stand for those of the account; empty for none.
	id   string
	rate Amount
	// size is how much there is of it at most, by the month, or by the hour.
	size   int64
	hourly bool
	// key is the spelling under which its people put their cost center; empty for those who do not.
	key string
}

// The rates are AWS's public ones of us-east-1, roughly.
var neighbors = []neighbor{
	{"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo", "Storage", "{name}-{region}-sagemaker", 23 * One / 1000, 40_000, false, "CostCenter"},
	{"AmazonECR", "Amazon EC2 Container Registry (ECR)", "TimedStorage-ByteHrs", "", "GB-Mo", "EC2 Container Registry", "arn:aws:ecr:{region}:{account}:repository/training", One / 10, 900, false, "costcenter"},
	{"AmazonCloudWatch", "AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents", "GB", "Data Payload", "arn:aws:logs:{region}:{account}:log-group:/aws/sagemaker/studio", One / 2, 300, false, ""},
	{"awskms", "AWS Key Management Service", "KMS-Requests", "Decrypt", "Requests", "API Request", "arn:aws:kms:{region}:{account}:key/5e1f0a8c-sagemaker", 30_000, 2_000_000, false, ""},
	{"AWSDataTransfer", "AWS Data Transfer", "DataTransfer-Out-Bytes", "InterRegion", "GB", "Data Transfer", "", 9 * One / 100, 1_200, false, ""},
	{"AmazonEC2", "Amazon Elastic Compute Cloud", "BoxUsage:m5.xlarge", "RunInstances", "Hrs", "Compute Instance", "i-0{account}a1b2", 192 * One / 1000, 6, true, "cost-center"},
	{"AmazonEC2", "Amazon Elastic Compute Cloud", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", "GB-Mo", "Storage", "vol-0{account}c3d4", 8 * One / 100, 900, false, ""},
	{"8fkq2vd0w1z3cx5r", "Contextual Embedder for SageMaker", "SoftwareUsage:ml.g5.xlarge", "Hourly", "Hrs", "Software", "", 6 * One / 5, 1, true, ""},
}

// neighbors bills the other services that an account with people or endpoints in the region uses.
func (p *purse) neighbors() {
	prefix := p.catalog.prefix(p.region.Name)
	if len(p.region.Domains)+len(p.region.Endpoints) == 0 || prefix == "" {
		return
	}
	named := strings.NewReplacer("{account}", p.account.ID, "{region}", p.region.Name, "{name}", p.account.Name)
	month := world.Interval{From: p.Month, To: p.end}
	for _, n := range neighbors {
		s := &Subject{Account: p.account, Region: p.region.Name, ID: named.Replace(n.id)}
		if n.key != "" && p.account.Tags["cost-center"] != "" {
			s.tags = map[string]string{n.key: p.account.Tags["cost-center"]}
		}
		product := &Product{Service: n.service, ServiceName: n.name, Usage: prefix + "-" + n.usage, Operation: n.operation, Unit: n.unit, Family: n.family,
			SKU: strings.ToUpper(digest("sku", prefix, n.service, n.usage)[:16]), Region: p.region.Name, Rate: n.rate, Description: "$" + n.rate.String() + " per " + n.unit + " of " + n.name}
		size, per := Amount(1+int64(s.number()%uint64(n.size)))*One, int64(p.end.Sub(p.Month)/time.Second)
		if n.hourly {
			per = secondsOfHour
		}
		p.stand(s, product, size, per, month)
	}
}

// seller is who sells the product.
func (p *Product) seller() string {
	if p.Family == "Software" {
		return marketplace
	}
	return amazon
}

// A pod is a share of an instance: what EKS tells of who runs on it. The instance itself is billed on another line.
type pod struct {
	parent string
	rate   Amount
	// reserved and actual are the vCPU that it asks for and uses, idle what falls to it of nobody's, in thousandths.
	reserved, actual, idle int64
}

// pods are two workloads on a cluster that EKS runs, where the bill splits costs.
func (p *purse) pods(s *Subject, cluster string, stands world.Interval) {
	prefix := p.catalog.prefix(p.region.Name)
	if !p.Splits || prefix == "" || cluster == "" {
		return
	}
	product := &Product{Service: "AmazonEKS", ServiceName: "Amazon Elastic Container Service for Kubernetes", Usage: prefix + "-EKS-EC2-vCPU-Hours", Operation: "EKSPod-EC2", Unit: "vCPU-Hours",
		SKU: strings.ToUpper(digest("sku", prefix, "pod")[:16]), Region: p.region.Name, Description: prefix + "-EKS-EC2-vCPU-Hours"}
	for _, w := range []struct {
		name             string
		reserved, actual int64
	}{{"training/finetune-0", 6000, 5200}, {"serving/router-0", 2000, 2600}} {
		of := &Subject{Account: s.Account, Region: s.Region, ID: strings.Replace(cluster, ":cluster/", ":pod/", 1) + "/" + w.name, Team: s.Team}
		of.tags = map[string]string{"aws:eks:namespace": strings.Split(w.name, "/")[0]}
		p.add(spend{subject: of, product: product, as: Usage, of: world.NewSessions(stands), size: Amount(max(w.reserved, w.actual)) * One / 1000, per: secondsOfHour,
			pod: &pod{s.ID, One / 20, w.reserved, w.actual, 400}})
	}
}

// line is the pod's line of the hour or day. Its cost is the instance's, and so not its own.
func (d *pod) line(s spend, used Amount, from, to time.Time, tags *Tags) *Line {
	size := s.size.over(1000, int64(One))
	part := func(n int64) Amount { return used.over(n, int64(size)) }
	return &Line{Type: Usage, Subject: s.subject, Product: s.product, Start: from, End: to, Quantity: used, Tags: tags, Split: &Split{
		Parent: d.parent, Reserved: part(d.reserved), Actual: part(d.actual), Used: used,
		Cost: d.rate.Times(used), Unused: d.rate.Times(part(d.idle)), List: d.rate.Times(used)}}
}
