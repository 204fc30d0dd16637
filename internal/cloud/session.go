package cloud

import (
	"cmp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Session is the way to one target. Its clients are made when first asked for, and shared from then on.
type Session struct {
	cloud     *Cloud
	target    estate.Target
	principal string
	now       func() time.Time

	sageMaker     func() *sagemaker.Client
	scaling       func() *applicationautoscaling.Client
	cloudWatch    func() *cloudwatch.Client
	logs          func() *cloudwatchlogs.Client
	tagging       func() *resourcegroupstaggingapi.Client
	pricing       func() *pricing.Client
	cloudTrail    func() *cloudtrail.Client
	serviceQuotas func() *servicequotas.Client
	organizations func() *organizations.Client
	iam           func() *iam.Client
	s3            func() *s3.Client
	kms           func() *kms.Client
	athena        func() *athena.Client
	costExplorer  func() *costexplorer.Client
	dataExports   func() *bcmdataexports.Client
	costReports   func() *costandusagereportservice.Client
	// in makes a session of the same principal in another region.
	in func(region string) *Session
}

func newSession(c *Cloud, t estate.Target, principal string, cfg aws.Config, now func() time.Time) *Session {
	return &Session{
		cloud:      c,
		target:     t,
		principal:  principal,
		now:        now,
		sageMaker:  sync.OnceValue(func() *sagemaker.Client { return sagemaker.NewFromConfig(cfg) }),
		scaling:    sync.OnceValue(func() *applicationautoscaling.Client { return applicationautoscaling.NewFromConfig(cfg) }),
		cloudWatch: sync.OnceValue(func() *cloudwatch.Client { return cloudwatch.NewFromConfig(cfg) }),
		logs:       sync.OnceValue(func() *cloudwatchlogs.Client { return cloudwatchlogs.NewFromConfig(cfg) }),
		tagging: sync.OnceValue(func() *resourcegroupstaggingapi.Client {
			return resourcegroupstaggingapi.NewFromConfig(cfg)
		}),
		pricing: sync.OnceValue(func() *pricing.Client {
			return pricing.NewFromConfig(cfg, func(o *pricing.Options) {
				// A price that cannot be had is shown as unknown: it is not worth the patience that evidence is.
				o.Region, o.RetryMaxAttempts = pricingRegions[t.Partition], min(pricingAttempts, cmp.Or(cfg.RetryMaxAttempts, pricingAttempts))
			})
		}),
		cloudTrail:    sync.OnceValue(func() *cloudtrail.Client { return cloudtrail.NewFromConfig(cfg) }),
		serviceQuotas: sync.OnceValue(func() *servicequotas.Client { return servicequotas.NewFromConfig(cfg) }),
		organizations: sync.OnceValue(func() *organizations.Client {
			return organizations.NewFromConfig(cfg, func(o *organizations.Options) { o.Region = globalRegion(t) })
		}),
		iam: sync.OnceValue(func() *iam.Client {
			return iam.NewFromConfig(cfg, func(o *iam.Options) { o.Region = globalRegion(t) })
		}),
		s3: sync.OnceValue(func() *s3.Client {
			return s3.NewFromConfig(cfg, func(o *s3.Options) {
				o.UsePathStyle = o.BaseEndpoint != nil // a stand-in for AWS has no name for each bucket
			})
		}),
		athena:       sync.OnceValue(func() *athena.Client { return athena.NewFromConfig(cfg) }),
		kms:          sync.OnceValue(func() *kms.Client { return kms.NewFromConfig(cfg) }),
		costExplorer: sync.OnceValue(func() *costexplorer.Client { return costexplorer.NewFromConfig(cfg) }),
		dataExports:  sync.OnceValue(func() *bcmdataexports.Client { return bcmdataexports.NewFromConfig(cfg) }),
		costReports: sync.OnceValue(func() *costandusagereportservice.Client {
			return costandusagereportservice.NewFromConfig(cfg)
		}),
		in: func(region string) *Session {
			there, away := t, cfg.Copy()
			there.Region, away.Region = region, region
			return newSession(c, there, principal, away, now)
		},
	}
}

// Target is what the session reaches. Its account's name is the profile's, where one was given.
func (s *Session) Target() estate.Target { return s.target }

// Principal is the ARN of the caller.
func (s *Session) Principal() string { return s.principal }

// Now is the present instant by AWS's clock, to the second, whatever this machine's clock says.
func (s *Session) Now() time.Time { return s.now() }

// SageMaker returns the client of SageMaker.
func (s *Session) SageMaker() *sagemaker.Client { return s.sageMaker() }

// Scaling returns the client of Application Auto Scaling.
func (s *Session) Scaling() *applicationautoscaling.Client { return s.scaling() }

// CloudWatch returns the client of CloudWatch.
func (s *Session) CloudWatch() *cloudwatch.Client { return s.cloudWatch() }

// Logs returns the client of CloudWatch Logs.
func (s *Session) Logs() *cloudwatchlogs.Client { return s.logs() }

// Tagging returns the client of the Resource Groups Tagging API.
func (s *Session) Tagging() *resourcegroupstaggingapi.Client { return s.tagging() }

// pricingRegions are where the price list API is asked, by partition. It exists in no other partition.
var pricingRegions = map[string]string{
	"aws":    "us-east-1",
	"aws-cn": "cn-northwest-1",
}

const pricingAttempts = 3

// Pricing returns the client of the price list API, and whether the target's partition has one.
func (s *Session) Pricing() (*pricing.Client, bool) {
	if _, ok := pricingRegions[s.target.Partition]; !ok {
		return nil, false
	}
	return s.pricing(), true
}

// CloudTrail returns the client of CloudTrail.
func (s *Session) CloudTrail() *cloudtrail.Client { return s.cloudTrail() }

// ServiceQuotas returns the client of Service Quotas.
func (s *Session) ServiceQuotas() *servicequotas.Client { return s.serviceQuotas() }

// Organizations returns the client of AWS Organizations, which answers the management account and its delegates alone.
func (s *Session) Organizations() *organizations.Client { return s.organizations() }

// IAM returns the client of IAM.
func (s *Session) IAM() *iam.Client { return s.iam() }

// S3 returns the client of S3.
func (s *Session) S3() *s3.Client { return s.s3() }

// KMS returns the client of KMS.
func (s *Session) KMS() *kms.Client { return s.kms() }

// Athena returns the client of Athena.
func (s *Session) Athena() *athena.Client { return s.athena() }

// billingRegions are where billing is asked, by partition. In no other partition is it: accounts there are billed through one of aws.
var billingRegions = map[string]string{
	"aws":    "us-east-1",
	"aws-cn": "cn-northwest-1",
}

// Billing is the session of the same principal where billing is asked, and whether the target's partition has that.
func (s *Session) Billing() (*Session, bool) {
	region, ok := billingRegions[s.target.Partition]
	if !ok {
		return nil, false
	}
	if region == s.target.Region {
		return s, true
	}
	return s.in(region), true
}

// CostExplorer returns the client of Cost Explorer, for sessions that Billing returns.
func (s *Session) CostExplorer() *costexplorer.Client { return s.costExplorer() }

// DataExports returns the client of data exports, for sessions that Billing returns.
func (s *Session) DataExports() *bcmdataexports.Client { return s.dataExports() }

// CostReports returns the client of legacy cost and usage reports, for sessions that Billing returns.
func (s *Session) CostReports() *costandusagereportservice.Client { return s.costReports() }

// globalRegions are where the global services of a partition are signed for, as the SDK's endpoint tables have them.
var globalRegions = map[string]string{
	"aws":        "us-east-1",
	"aws-cn":     "cn-northwest-1",
	"aws-us-gov": "us-gov-west-1",
	"aws-iso":    "us-iso-east-1",
	"aws-iso-b":  "us-isob-east-1",
	"aws-iso-e":  "eu-isoe-west-1",
	"aws-iso-f":  "us-isof-south-1",
}

func globalRegion(t estate.Target) string { return cmp.Or(globalRegions[t.Partition], t.Region) }
