package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	// runtimeVariable is where a function's runtime API is; Lambda sets it.
	runtimeVariable = "AWS_LAMBDA_RUNTIME_API"
	// configVariable holds the function's configuration, or where it is.
	configVariable = "SAGEWARDEN_CONFIG"
	// reserve is the end of the function's time in which nothing begins: a call that was sent can end in it, and be written down.
	reserve = 30 * time.Second
	// largestConfig is more than any configuration takes.
	largestConfig = 1 << 20
)

func newLambda(env Env) *cobra.Command {
	var f loopFlags
	cmd := &cobra.Command{
		Use:   "lambda",
		Short: "Run the policies as an AWS Lambda function",
		Long: "Lambda is what the program does as the bootstrap of a function (provided.al2023). An event of a schedule runs what is due, or the policies that it\n" +
			"names: {\"detail-type\": \"Scheduled Event\", \"detail\": {\"policies\": [\"name\"]}}. What CloudTrail tells of a creation by SageMaker's API has that one resource\n" +
			"looked at. Every other event fails, so that none is lost unseen. Nothing begins in the last 30 seconds of the function's time.\n\n" +
			configVariable + " has the configuration: a path in the package, s3://bucket/key, or the text itself. The ledger must be in S3 or PostgreSQL: a function's\n" +
			"disk does not last.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.lambda(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.register(cmd, "json")
	return cmd
}

func (f *loopFlags) lambda(ctx context.Context, env Env, options cloud.Options) error {
	if env.Getenv(runtimeVariable) == "" {
		return &estate.Error{Op: "lambda", Err: errors.New("this is no Lambda function"), Hint: "on a machine of your own, run sagewarden serve"}
	}
	if err := f.place(ctx, env.Getenv(configVariable)); err != nil {
		return err
	}
	loop, err := f.loop(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { _ = loop.Ledger.Close() }()
	awslambda.StartWithOptions(func(ctx context.Context, payload json.RawMessage) error {
		if end, bounded := ctx.Deadline(); bounded {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, end.Add(-reserve))
			defer cancel()
		}
		return loop.Handle(ctx, payload)
	}, awslambda.WithContext(ctx))
	return nil
}

// place makes the configuration of the variable the file that is read.
func (f *loopFlags) place(ctx context.Context, value string) error {
	switch {
	case value == "":
		return nil // as without: --config, or what is found
	case strings.HasPrefix(value, "s3://"):
		text, err := fetch(ctx, value)
		if err != nil {
			return &estate.Error{Op: "read the configuration", On: value, Err: errors.New(cloud.Brief(err)), Hint: "allow the function s3:GetObject on it, and kms:Decrypt where it is encrypted with a key"}
		}
		return f.keep(text)
	case strings.ContainsAny(value, "\n{") || strings.Contains(value, ": "):
		return f.keep([]byte(value))
	}
	f.configFile = value
	return nil
}

// fetch reads an object.
func fetch(ctx context.Context, address string) ([]byte, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
	s, err := signIn(ctx, "", "")
	if err != nil {
		return nil, err
	}
	out, err := s.S3().GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Body.Close() }()
	return io.ReadAll(io.LimitReader(out.Body, largestConfig))
}

// keep puts a configuration that is no file into one.
func (f *loopFlags) keep(text []byte) error {
	dir, err := os.MkdirTemp("", "sagewarden-")
	if err != nil {
		return err
	}
	f.configFile = filepath.Join(dir, config.FileName)
	return os.WriteFile(f.configFile, text, 0o600)
}
