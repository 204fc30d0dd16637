package cloud

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A directory reads the organization, and asks nothing twice.
type directory struct {
	client *organizations.Client
	target estate.Target
	root   string
	// below are the units below a parent, by the parent's id.
	below map[string][]types.OrganizationalUnit
}

func newDirectory(s *Session) *directory {
	return &directory{client: s.Organizations(), target: s.Target(), below: map[string][]types.OrganizationalUnit{}}
}

// members are the accounts of the units and of what is below them, or of the whole organization.
func (d *directory) members(ctx context.Context, units []string) ([]types.Account, error) {
	if len(units) == 0 {
		return gather(ctx, d, "ListAccounts", organizations.NewListAccountsPaginator(d.client, nil),
			func(o *organizations.ListAccountsOutput) []types.Account { return o.Accounts })
	}
	var parents []string
	for _, u := range units {
		id, err := d.unit(ctx, u)
		if err != nil {
			return nil, err
		}
		parents = append(parents, id)
	}
	var members []types.Account
	seen := map[string]bool{}
	for len(parents) > 0 {
		parent := parents[0]
		parents = parents[1:]
		if seen[parent] {
			continue
		}
		seen[parent] = true
		accounts, err := gather(ctx, d, "ListAccountsForParent",
			organizations.NewListAccountsForParentPaginator(d.client, &organizations.ListAccountsForParentInput{ParentId: &parent}),
			func(o *organizations.ListAccountsForParentOutput) []types.Account { return o.Accounts })
		if _, none := errors.AsType[*types.ParentNotFoundException](err); none {
			return nil, &estate.Error{Op: findUnit, On: parent, Err: errors.New("the organization has none of this id"), Hint: unitHint}
		}
		if err != nil {
			return nil, err
		}
		members = append(members, accounts...)
		children, err := d.children(ctx, parent)
		if err != nil {
			return nil, err
		}
		for _, c := range children {
			parents = append(parents, aws.ToString(c.Id))
		}
	}
	return members, nil
}

const (
	findUnit = "find organizational unit"
	unitHint = "write --ou with its path from the root, as Production/EU, or its id"
)

var unitID = regexp.MustCompile(`^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$`)

// unit is the id of a unit that is given by its id or by its path from the root.
func (d *directory) unit(ctx context.Context, asked string) (string, error) {
	if unitID.MatchString(asked) {
		return asked, nil
	}
	id, err := d.rootID(ctx)
	if err != nil {
		return "", err
	}
	for name := range strings.SplitSeq(asked, "/") {
		children, err := d.children(ctx, id)
		if err != nil {
			return "", err
		}
		var names []string
		for _, u := range children {
			names = append(names, aws.ToString(u.Name))
		}
		i := slices.Index(names, name)
		if i < 0 {
			there := "nor any other there"
			if len(names) > 0 {
				there = "but " + strings.Join(names, ", ")
			}
			return "", &estate.Error{Op: findUnit, On: asked, Err: fmt.Errorf("there is no %q, %s", name, there), Hint: unitHint}
		}
		id = aws.ToString(children[i].Id)
	}
	return id, nil
}

func (d *directory) rootID(ctx context.Context) (string, error) {
	if d.root != "" {
		return d.root, nil
	}
	roots, err := gather(ctx, d, "ListRoots", organizations.NewListRootsPaginator(d.client, nil),
		func(o *organizations.ListRootsOutput) []types.Root { return o.Roots })
	if err != nil {
		return "", err
	}
	// An organization has one root.
	for _, r := range roots {
		d.root = aws.ToString(r.Id)
	}
	return d.root, nil
}

func (d *directory) children(ctx context.Context, parent string) ([]types.OrganizationalUnit, error) {
	if units, asked := d.below[parent]; asked {
		return units, nil
	}
	units, err := gather(ctx, d, "ListOrganizationalUnitsForParent",
		organizations.NewListOrganizationalUnitsForParentPaginator(d.client, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent}),
		func(o *organizations.ListOrganizationalUnitsForParentOutput) []types.OrganizationalUnit {
			return o.OrganizationalUnits
		})
	if err == nil {
		d.below[parent] = units
	}
	return units, err
}

// tagged are the members that have the tags. It costs a call for each, unless there is nothing to look for.
func (d *directory) tagged(ctx context.Context, members []types.Account, tags map[string]string) ([]types.Account, error) {
	if len(tags) == 0 {
		return members, nil
	}
	fits := make([]bool, len(members))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, m := range members {
		g.Go(func() error {
			has, err := gather(ctx, d, "ListTagsForResource",
				organizations.NewListTagsForResourcePaginator(d.client, &organizations.ListTagsForResourceInput{ResourceId: m.Id}),
				func(o *organizations.ListTagsForResourceOutput) []types.Tag { return o.Tags })
			fits[i] = carries(has, tags)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var chosen []types.Account
	for i, m := range members {
		if fits[i] {
			chosen = append(chosen, m)
		}
	}
	return chosen, nil
}

// carries reports whether the tags hold all that are wanted.
func carries(has []types.Tag, want map[string]string) bool {
	found := 0
	for _, t := range has {
		if v, ok := want[aws.ToString(t.Key)]; ok && v == aws.ToString(t.Value) {
			found++
		}
	}
	return found == len(want)
}

type paginator[P any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*organizations.Options)) (P, error)
}

// gather returns what all pages of an operation hold.
func gather[P, T any](ctx context.Context, d *directory, operation string, pages paginator[P], items func(P) []T) ([]T, error) {
	var all []T
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, d.fail(operation, err)
		}
		if items(page) == nil {
			return nil, d.fail(operation, ErrHollow)
		}
		all = append(all, items(page)...)
	}
	return all, nil
}

func (d *directory) fail(operation string, err error) error {
	e := Fail("organizations:"+operation, d.target, err)
	if _, none := errors.AsType[*types.AWSOrganizationsNotInUseException](err); none || Classify(err) == Denied {
		e.Hint = join("AWS answers the organization's management account and its delegated administrators only; name accounts one by one from elsewhere", e.Hint)
	}
	return e
}
