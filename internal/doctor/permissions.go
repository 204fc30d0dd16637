package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/access"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

const permissions = "permissions"

// apart are operations with a check of their own.
var apart = []string{"cloudtrail:LookupEvents", "pricing:GetProducts", "sts:GetCallerIdentity"}

// permissions asks IAM which of the operations of a scan the caller is allowed, and where IAM says no, or may not be asked,
// the services themselves: IAM is told of no resource by name, so that it denies what is allowed on some.
func (e *examination) permissions(ctx context.Context, s *cloud.Session) []estate.Check {
	reads := slices.DeleteFunc(access.Reads(e.Kinds), func(op kinds.Operation) bool { return slices.Contains(apart, op.Action) })
	var asked []string
	for _, op := range reads {
		asked = append(asked, op.Action)
	}
	denied, err := simulated(ctx, s, asked)
	method := "by " + access.Simulate
	if err != nil {
		denied, method = asked, "by asking: "+access.Simulate+" is not allowed here"
		if cloud.Classify(err) != cloud.Denied {
			method = "by asking: " + access.Simulate + " did not answer (" + cloud.Brief(err) + ")"
		}
	}
	answers := e.probe(ctx, s, denied)
	sum := estate.Check{Name: permissions, On: s.Target().Label(), Level: estate.Fine}
	var missing []estate.Check
	open, blind := 0, true
	for _, op := range reads {
		i := slices.IndexFunc(answers, func(c estate.Coverage) bool { return c.Operation == op.Action })
		c := estate.Check{Name: permissions, On: sum.On, Level: estate.Warn, Hides: op.Hides}
		switch {
		case !slices.Contains(denied, op.Action), i >= 0 && !answers[i].Hole():
			blind = blind && !strings.HasPrefix(op.Action, "sagemaker:")
			continue
		case i >= 0:
			c.Finding = finding(answers[i])
			if answers[i].Outcome != estate.OutcomeDenied {
				c.Hint = answers[i].Hint
			}
		case err != nil:
			open++
			continue
		default:
			c.Finding = op.Action + " denied"
		}
		missing = append(missing, c)
	}
	sum.Finding = fmt.Sprintf("%d of %d operations allowed, %s", len(reads)-len(missing)-open, len(reads), method)
	if open > 0 {
		sum.Finding += fmt.Sprintf("; %d were not asked, since they need the name of something that is there", open)
	}
	if len(missing) > 0 {
		sum.Level, sum.Hint = estate.Warn, "sagewarden iam prints the policy that allows what is missing"
	}
	if blind {
		sum.Level = estate.Fail
	}
	return append([]estate.Check{sum}, missing...)
}

// finding says how a call went that did not go well.
func finding(c estate.Coverage) string {
	return c.Operation + " " + string(c.Outcome) + ": " + c.Reason()
}

// simulated are the operations that IAM says the caller is not allowed.
func simulated(ctx context.Context, s *cloud.Session, operations []string) (denied []string, err error) {
	caller, err := estate.ParseARN(s.Principal())
	if err != nil {
		return nil, err
	}
	source := principal(caller).String()
	for resource, ops := range byResource(s.Target(), operations) {
		in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: ops, ContextEntries: []types.ContextEntry{{
			ContextKeyName: aws.String("aws:RequestedRegion"), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: []string{s.Target().Region}}}}
		if resource != "*" {
			in.ResourceArns = []string{resource}
		}
		for pages := iam.NewSimulatePrincipalPolicyPaginator(s.IAM(), in); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, r := range page.EvaluationResults {
				if r.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
					denied = append(denied, aws.ToString(r.EvalActionName))
				}
			}
		}
	}
	slices.Sort(denied)
	return denied, nil
}

// principal is who IAM knows the caller as: in a role's session, the role. A role's path is not in its sessions' names, so that
// IAM does not find one that has a path.
func principal(caller estate.ARN) estate.ARN {
	if rest, session := strings.CutPrefix(caller.Resource, "assumed-role/"); session && caller.Service == "sts" {
		role, _, _ := strings.Cut(rest, "/")
		return estate.ARN{Partition: caller.Partition, Service: "iam", Account: caller.Account, Resource: "role/" + role}
	}
	return caller
}

// byResource groups operations by what IAM is to be asked about.
func byResource(t estate.Target, operations []string) map[string][]string {
	groups := map[string][]string{}
	for _, op := range operations {
		resource := access.On(op, t)
		groups[resource] = append(groups[resource], op)
	}
	return groups
}

// probe asks the services: each family for the first page of its list, and what all families have in common.
func (e *examination) probe(ctx context.Context, s *cloud.Session, operations []string) []estate.Coverage {
	var mu sync.Mutex
	var answers []estate.Coverage
	var g errgroup.Group
	g.SetLimit(probesAtOnce)
	ask := func(op string, f func() (estate.Coverage, bool)) {
		if !slices.Contains(operations, op) {
			return
		}
		g.Go(func() error {
			if c, ok := f(); ok {
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, c)
			}
			return nil
		})
	}
	lists := map[string]kinds.Kind{}
	for _, k := range kinds.WithNeeds(e.Kinds) {
		lists[k.Family().Reads[0].Action] = k
	}
	for op, k := range lists {
		ask(op, func() (estate.Coverage, bool) { return firstPage(ctx, s, k) })
	}
	for op, f := range common {
		ask(op, func() (estate.Coverage, bool) { return answer(s, op, f(ctx, s)), true })
	}
	_ = g.Wait() // what fails is in the answers
	return answers
}

// probesAtOnce is how many operations of a target are asked at the same time.
const probesAtOnce = 8
