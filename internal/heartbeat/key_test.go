package heartbeat_test

import (
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/heartbeat"
)

func TestKey(t *testing.T) {
	for _, c := range []struct{ arn, want string }{
		{"arn:aws:sagemaker:eu-west-1:111122223333:app/d-abc/Space-1/JupyterLab/default", "hb/aws/111122223333/eu-west-1/app/d-abc/space-1/jupyterlab/default.json"},
		{"arn:aws-cn:sagemaker:cn-north-1:111122223333:notebook-instance/Churn-1", "hb/aws-cn/111122223333/cn-north-1/notebook-instance/churn-1.json"},
		{"arn:aws-us-gov:sagemaker:us-gov-west-1:111122223333:notebook-instance/n", "hb/aws-us-gov/111122223333/us-gov-west-1/notebook-instance/n.json"},
		{"arn:aws:sagemaker:eu-west-1:111122223333:app/d-abc/../../x", ""},
		{"arn:aws:sagemaker:eu-west-1:111122223333:app", ""},
		{"arn:aws:s3:::bucket", ""},
		{"nothing", ""},
	} {
		got, err := heartbeat.Key("hb/", c.arn)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("Key(%s) = %q, %v, want %q", c.arn, got, err, c.want)
		}
		if c.want == "" {
			continue
		}
		back, err := heartbeat.Resource("hb/", got)
		if err != nil || !strings.EqualFold(back, c.arn) {
			t.Errorf("Resource(%s) = %q, %v, want %q", got, back, err, c.arn)
		}
	}
	for _, key := range []string{"", "hb/", "hb/x.json", "other/aws/111122223333/eu-west-1/app/d/s/t/n.json", "hb/aws/111122223333/eu-west-1/app/d/s/t/n", "hb/aws/1/eu-west-1/app/d.json", "hb/aws/111122223333/eu-west-1/app//n.json"} {
		if arn, err := heartbeat.Resource("hb/", key); err == nil {
			t.Errorf("Resource(%q) = %q", key, arn)
		}
	}
}
