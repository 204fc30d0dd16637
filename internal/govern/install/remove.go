package install

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// remove plans to take the agent off the places, to put back what it had taken the place of, and to delete the lifecycle configurations that nothing
// names any more.
func (p *Plan) remove(ctx context.Context, s Studio) error {
	for _, place := range p.wish.Places {
		now, err := settings.Read(ctx, s, place)
		if err != nil {
			return err
		}
		change, err := p.detachment(place, now)
		if err != nil {
			return err
		}
		if len(change.After) > 0 {
			p.Steps = append(p.Steps, Step{Action: actDetach, Resource: change.Resource, Change: &change})
		}
		p.said[place] = with(now.Apps, change.After)
	}
	return p.deletions(ctx, s)
}

func (p *Plan) detachment(place settings.Place, now settings.Seen) (settings.Change, error) {
	after, past := settings.Apps{}, []settings.Change(nil)
	for _, t := range p.wanted(place, now.Type) {
		is := now.Apps[t]
		if !slices.ContainsFunc(append(slices.Clone(is.Scripts), is.Script, is.BuiltIn), ours) {
			continue
		}
		if t == settings.Notebook && now.Status != stopped {
			p.note(fmt.Sprintf(runs, place.Name, now.Status))
			continue
		}
		if past == nil && p.wish.Past != nil {
			var err error
			if past, err = p.wish.Past(now.Resource); err != nil {
				return settings.Change{}, err
			}
		}
		to := is.Detach(ours)
		was := replaced(past, place, t)
		if to.Script == "" && was.Script != "" && (!place.Attaches(t) || slices.Contains(to.Scripts, was.Script)) {
			to.Script = was.Script
		}
		if to.BuiltIn == "" {
			to.BuiltIn = was.BuiltIn
		}
		after[t] = to
	}
	return settings.Between(p.target, place, now, after), nil
}

// replaced is what stood at a place before the first of the agents that have taken it one after the other.
func replaced(past []settings.Change, place settings.Place, appType string) (was settings.App) {
	for _, c := range past {
		after, known := c.After[appType]
		if c.Place != place || !known {
			continue
		}
		if !ours(after.Script) && !ours(after.BuiltIn) {
			break // the agent was off then
		}
		was = c.Before[appType]
	}
	return was.Detach(ours)
}

// deletions plans to delete the lifecycle configurations that install made and that nothing names after the steps so far. Only what holds what its name says
// is one of those.
func (p *Plan) deletions(ctx context.Context, s Studio) error {
	made, err := configs(ctx, s)
	if err != nil || len(made) == 0 {
		return err
	}
	named, err := p.named(ctx, s)
	if err != nil {
		return err
	}
	for _, arn := range made {
		content, appType, err := look(ctx, s, arn)
		if err != nil {
			return err
		}
		text, err := base64.StdEncoding.DecodeString(content)
		switch by := named[last(arn)]; {
		case err != nil || content == "" || !strings.HasSuffix(arn, "-"+short(text)):
			p.note(arn + " has the name of one of ours and holds something else: it was left alone")
		case by != "":
			p.note(arn + " stays: " + by + " names it")
		default:
			p.Steps = append(p.Steps, Step{Action: actDelete, Resource: arn, Type: appType, Content: content})
		}
	}
	return nil
}

// configs are the ARNs of the lifecycle configurations that have the names of ours.
func configs(ctx context.Context, s Studio) (all []string, err error) {
	studio := sagemaker.NewListStudioLifecycleConfigsPaginator(s, &sagemaker.ListStudioLifecycleConfigsInput{NameContains: aws.String(prefix), MaxResults: most})
	for studio.HasMorePages() {
		page, err := studio.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListStudioLifecycleConfigs", "", err)
		}
		for _, c := range page.StudioLifecycleConfigs {
			all = append(all, aws.ToString(c.StudioLifecycleConfigArn))
		}
	}
	notebooks := sagemaker.NewListNotebookInstanceLifecycleConfigsPaginator(s, &sagemaker.ListNotebookInstanceLifecycleConfigsInput{NameContains: aws.String(prefix), MaxResults: most})
	for notebooks.HasMorePages() {
		page, err := notebooks.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListNotebookInstanceLifecycleConfigs", "", err)
		}
		for _, c := range page.NotebookInstanceLifecycleConfigs {
			all = append(all, aws.ToString(c.NotebookInstanceLifecycleConfigArn))
		}
	}
	return slices.DeleteFunc(all, func(arn string) bool { return !ours(arn) }), nil
}

var most = aws.Int32(100)

// named says of each lifecycle configuration, by its name, what names it: a place as it would be after the steps so far, or an app that runs.
func (p *Plan) named(ctx context.Context, s Studio) (map[string]string, error) {
	all := map[string]string{}
	places, err := places(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, place := range places {
		apps, err := p.says(ctx, s, place)
		switch {
		case cloud.Classify(err) == cloud.NotFound:
			continue // it is gone since it was listed
		case err != nil:
			return nil, err
		}
		for _, app := range apps {
			for _, arn := range append(slices.Clone(app.Scripts), app.Script, app.BuiltIn) {
				all[last(arn)] = strings.TrimSpace(string(place.Level) + " " + cmp.Or(place.Name, place.Domain))
			}
		}
	}
	apps := sagemaker.NewListAppsPaginator(s, &sagemaker.ListAppsInput{MaxResults: most})
	for apps.HasMorePages() {
		page, err := apps.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListApps", "", err)
		}
		for _, a := range page.Apps {
			if a.ResourceSpec != nil && a.Status != types.AppStatusDeleted && a.Status != types.AppStatusFailed {
				all[last(aws.ToString(a.ResourceSpec.LifecycleConfigArn))] = "an app that runs, " + aws.ToString(a.AppName) + " of " + cmp.Or(aws.ToString(a.SpaceName), aws.ToString(a.UserProfileName)) + ","
			}
		}
	}
	return all, nil
}

// places are all that may name a lifecycle configuration.
func places(ctx context.Context, s Studio) (all []settings.Place, err error) {
	domains := sagemaker.NewListDomainsPaginator(s, &sagemaker.ListDomainsInput{MaxResults: most})
	for domains.HasMorePages() {
		page, err := domains.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListDomains", "", err)
		}
		for _, d := range page.Domains {
			id := aws.ToString(d.DomainId)
			all = append(all, settings.Place{Level: settings.LevelDomain, Domain: id}, settings.Place{Level: settings.LevelShared, Domain: id})
		}
	}
	users := sagemaker.NewListUserProfilesPaginator(s, &sagemaker.ListUserProfilesInput{MaxResults: most})
	for users.HasMorePages() {
		page, err := users.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListUserProfiles", "", err)
		}
		for _, u := range page.UserProfiles {
			all = append(all, settings.Place{Level: settings.LevelProfile, Domain: aws.ToString(u.DomainId), Name: aws.ToString(u.UserProfileName)})
		}
	}
	spaces := sagemaker.NewListSpacesPaginator(s, &sagemaker.ListSpacesInput{MaxResults: most})
	for spaces.HasMorePages() {
		page, err := spaces.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListSpaces", "", err)
		}
		for _, sp := range page.Spaces {
			all = append(all, settings.Place{Level: settings.LevelSpace, Domain: aws.ToString(sp.DomainId), Name: aws.ToString(sp.SpaceName)})
		}
	}
	notebooks := sagemaker.NewListNotebookInstancesPaginator(s, &sagemaker.ListNotebookInstancesInput{MaxResults: most})
	for notebooks.HasMorePages() {
		page, err := notebooks.NextPage(ctx)
		if err != nil {
			return nil, settings.Failed("sagemaker:ListNotebookInstances", "", err)
		}
		for _, n := range page.NotebookInstances {
			if ours(aws.ToString(n.NotebookInstanceLifecycleConfigName)) {
				all = append(all, settings.Place{Level: settings.LevelNotebook, Name: aws.ToString(n.NotebookInstanceName)})
			}
		}
	}
	return all, nil
}
