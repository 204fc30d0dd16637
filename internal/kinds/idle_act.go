package kinds

import (
	"context"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// The bounds of the native idle shutdown, in minutes.
const (
	shortestIdle = 60
	longestIdle  = 525_600
)

// leftIdle is the key of the limit that a call leaves.
const leftIdle = "minutes"

// A dial is where settings hold the native idle shutdown of one type of app.
//
// A call sets each of the settings' members whole, so that what is beside the dial is sent as it is.
type dial struct {
	app string
	at  **types.AppLifecycleManagement
	// spare takes the member out of what is sent.
	spare func()
}

// userDials are those of the settings of people, in a copy of what belongs to the dials alone.
func userDials(u *types.UserSettings) (*types.UserSettings, []dial) {
	lab, editor := types.JupyterLabAppSettings{}, types.CodeEditorAppSettings{}
	if u != nil && u.JupyterLabAppSettings != nil {
		lab = *u.JupyterLabAppSettings
	}
	if u != nil && u.CodeEditorAppSettings != nil {
		editor = *u.CodeEditorAppSettings
	}
	out := &types.UserSettings{JupyterLabAppSettings: &lab, CodeEditorAppSettings: &editor}
	return out, []dial{
		{"JupyterLab", &lab.AppLifecycleManagement, func() { out.JupyterLabAppSettings = nil }},
		{"CodeEditor", &editor.AppLifecycleManagement, func() { out.CodeEditorAppSettings = nil }},
	}
}

// sharedDials are those of the settings of shared spaces, where a domain has any.
func sharedDials(d *types.DefaultSpaceSettings) (*types.DefaultSpaceSettings, []dial) {
	if d == nil {
		return nil, nil
	}
	lab := types.JupyterLabAppSettings{}
	if d.JupyterLabAppSettings != nil {
		lab = *d.JupyterLabAppSettings
	}
	out := &types.DefaultSpaceSettings{JupyterLabAppSettings: &lab}
	return out, []dial{{"JupyterLab in shared spaces", &lab.AppLifecycleManagement, func() { out.JupyterLabAppSettings = nil }}}
}

// spaceDials are that of a space's own type of app; a space says the limit alone.
func spaceDials(s *types.SpaceSettings) (*types.SpaceSettings, []dial, func()) {
	out := &types.SpaceSettings{}
	var at **types.SpaceAppLifecycleManagement
	var app types.AppType
	if s != nil {
		app = s.AppType
	}
	switch app {
	case types.AppTypeJupyterLab:
		lab := types.SpaceJupyterLabAppSettings{}
		if s.JupyterLabAppSettings != nil {
			lab = *s.JupyterLabAppSettings
		}
		out.JupyterLabAppSettings, at = &lab, &lab.AppLifecycleManagement
	case types.AppTypeCodeEditor:
		editor := types.SpaceCodeEditorAppSettings{}
		if s.CodeEditorAppSettings != nil {
			editor = *s.CodeEditorAppSettings
		}
		out.CodeEditorAppSettings, at = &editor, &editor.AppLifecycleManagement
	default:
		return out, nil, func() {}
	}
	var as *types.AppLifecycleManagement
	if *at != nil && (*at).IdleSettings != nil {
		as = &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: types.LifecycleManagementEnabled, IdleTimeoutInMinutes: (*at).IdleSettings.IdleTimeoutInMinutes}}
	}
	return out, []dial{{string(app), &as, func() {}}}, func() {
		*at = nil
		if as != nil {
			*at = &types.SpaceAppLifecycleManagement{IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: as.IdleSettings.IdleTimeoutInMinutes}}
		}
	}
}

// limited are settings with a limit, within the bounds that they have for what people may choose.
func limited(m *types.AppLifecycleManagement, minutes int32) *types.AppLifecycleManagement {
	idle := types.IdleSettings{}
	if m != nil && m.IdleSettings != nil {
		idle = *m.IdleSettings
	}
	idle.LifecycleManagement, idle.IdleTimeoutInMinutes = types.LifecycleManagementEnabled, &minutes
	return &types.AppLifecycleManagement{IdleSettings: &idle}
}

// sameDial reports whether two settings of a dial are the same, where none and an empty one are.
func sameDial(a, b *types.AppLifecycleManagement) bool {
	bare := func(m *types.AppLifecycleManagement) types.IdleSettings {
		if m == nil || m.IdleSettings == nil {
			return types.IdleSettings{}
		}
		return *m.IdleSettings
	}
	return reflect.DeepEqual(bare(a), bare(b))
}

// turn turns dials to a limit. The move is empty where that is to be sent.
func turn(dials []dial, minutes int32) Move {
	m := done("it has the limit")
	for _, d := range dials {
		next := limited(*d.at, minutes)
		switch low, high := next.IdleSettings.MinIdleTimeoutInMinutes, next.IdleSettings.MaxIdleTimeoutInMinutes; {
		case low != nil && minutes < *low:
			return refuse("%s lets nobody choose less than %d minutes", d.app, *low)
		case high != nil && minutes > *high:
			return refuse("%s lets nobody choose more than %d minutes", d.app, *high)
		}
		if sameDial(*d.at, next) {
			d.spare()
			continue
		}
		*d.at, m = next, Move{}
	}
	return m
}

// turnBack turns dials back to what they were, where they are as the limit left them. The move is empty where that is to be sent.
func turnBack(was, now []dial, minutes int32) Move {
	if len(was) != len(now) {
		return refuse("its settings have changed since")
	}
	m := done("it has its former idle shutdown")
	for i, d := range now {
		switch {
		case sameDial(*d.at, *was[i].at):
			d.spare()
		case !sameDial(*d.at, limited(*was[i].at, minutes)):
			return refuse("somebody has changed the idle shutdown of %s since", d.app)
		default:
			*d.at, m = *was[i].at, Move{}
		}
	}
	return m
}

// minutes is the limit that is asked for, or why it cannot be.
func (h *Hand) minutes() (int32, Move, bool) {
	if n := h.Ask.IdleMinutes; n < shortestIdle || n > longestIdle {
		return 0, refuse("%d minutes are out of the bounds of the idle shutdown: %d to %d", n, shortestIdle, longestIdle), false
	}
	return int32(h.Ask.IdleMinutes), Move{}, true
}

// unset is how a setting stands that can be changed now, else the move says why it cannot.
func unset[S ~string](h *Hand, status S) (minutes int32, m Move, ok bool) {
	if m, busy := studioStatus("it", status); busy {
		return 0, m, false
	}
	return h.minutes()
}

func idleDomain(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.domainNow(ctx, &h.Resource.Domain)
	if err != nil || gone {
		return refuse("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	minutes, m, ok := unset(h, d.Status)
	if !ok {
		return m, nil
	}
	in, dials := domainDials(d)
	if m := turn(dials, minutes); m.State != "" {
		return m, nil
	}
	was, err := saved{Left: map[string]int32{leftIdle: minutes}}.of(d)
	return sending("sagemaker:UpdateDomain", aws.ToString(d.DomainArn), was, h.SageMaker.UpdateDomain, onceSageMaker, trimmed(in)), err
}

// domainDials are those of people's settings and of shared spaces', in a call that sets them.
func domainDials(d *sagemaker.DescribeDomainOutput) (*sagemaker.UpdateDomainInput, []dial) {
	users, dials := userDials(d.DefaultUserSettings)
	shared, more := sharedDials(d.DefaultSpaceSettings)
	return &sagemaker.UpdateDomainInput{DomainId: d.DomainId, DefaultUserSettings: users, DefaultSpaceSettings: shared}, append(dials, more...)
}

// trimmed leaves out what nothing is to be set of.
func trimmed(in *sagemaker.UpdateDomainInput) *sagemaker.UpdateDomainInput {
	if u := in.DefaultUserSettings; u.JupyterLabAppSettings == nil && u.CodeEditorAppSettings == nil {
		in.DefaultUserSettings = nil
	}
	if s := in.DefaultSpaceSettings; s != nil && s.JupyterLabAppSettings == nil {
		in.DefaultSpaceSettings = nil
	}
	return in
}

func idleProfile(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.profileNow(ctx, &h.Resource.Domain, &h.Resource.Name)
	if err != nil || gone {
		return refuse("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	minutes, m, ok := unset(h, d.Status)
	if !ok {
		return m, nil
	}
	settings, dials := userDials(d.UserSettings)
	if m := turn(dials, minutes); m.State != "" {
		return m, nil
	}
	was, err := saved{Left: map[string]int32{leftIdle: minutes}}.of(d)
	return h.setProfile(d, settings, was), err
}

func (h *Hand) setProfile(d *sagemaker.DescribeUserProfileOutput, settings *types.UserSettings, was []byte) Move {
	return sending("sagemaker:UpdateUserProfile", aws.ToString(d.UserProfileArn), was, h.SageMaker.UpdateUserProfile, onceSageMaker,
		&sagemaker.UpdateUserProfileInput{DomainId: d.DomainId, UserProfileName: d.UserProfileName, UserSettings: settings})
}

func idleSpace(ctx context.Context, h *Hand) (Move, error) {
	d, gone, err := h.spaceNow(ctx, &h.Resource.Domain, &h.Resource.Name)
	if err != nil || gone {
		return refuse("it is gone"), err
	}
	if m, other := h.another(d.CreationTime); other {
		return m, nil
	}
	minutes, m, ok := unset(h, d.Status)
	if !ok {
		return m, nil
	}
	settings, dials, fill := spaceDials(d.SpaceSettings)
	if len(dials) == 0 {
		return refuse("only spaces of JupyterLab and of Code Editor have an idle shutdown of their own"), nil
	}
	if m := turn(dials, minutes); m.State != "" {
		return m, nil
	}
	fill()
	was, err := saved{Left: map[string]int32{leftIdle: minutes}}.of(d)
	return h.setSpace(d, settings, was), err
}

func (h *Hand) setSpace(d *sagemaker.DescribeSpaceOutput, settings *types.SpaceSettings, was []byte) Move {
	return sending("sagemaker:UpdateSpace", aws.ToString(d.SpaceArn), was, h.SageMaker.UpdateSpace, onceSageMaker,
		&sagemaker.UpdateSpaceInput{DomainId: d.DomainId, SpaceName: d.SpaceName, SpaceSettings: settings})
}

// idleBack puts the former idle shutdown back.
func idleBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	switch made.Operation {
	case "sagemaker:UpdateDomain":
		return idleDomainBack(ctx, h, made)
	case "sagemaker:UpdateUserProfile":
		return idleProfileBack(ctx, h, made)
	case "sagemaker:UpdateSpace":
		return idleSpaceBack(ctx, h, made)
	}
	return refuse("nothing undoes %s", made.Operation), nil
}

func idleDomainBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeDomainOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.domainNow(ctx, was.DomainId)
	if err != nil || gone {
		return refuse("it is gone"), err
	}
	_, before := domainDials(was)
	in, dials := domainDials(d)
	if m, busy := studioStatus("it", d.Status); busy {
		return m, nil
	}
	if m := turnBack(before, dials, s.Left[leftIdle]); m.State != "" {
		return m, nil
	}
	return sending("sagemaker:UpdateDomain", made.Resource, nil, h.SageMaker.UpdateDomain, onceSageMaker, trimmed(in)), nil
}

func idleProfileBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeUserProfileOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.profileNow(ctx, was.DomainId, was.UserProfileName)
	if err != nil || gone {
		return refuse("it is gone"), err
	}
	_, before := userDials(was.UserSettings)
	settings, dials := userDials(d.UserSettings)
	if m, busy := studioStatus("it", d.Status); busy {
		return m, nil
	}
	if m := turnBack(before, dials, s.Left[leftIdle]); m.State != "" {
		return m, nil
	}
	return h.setProfile(d, settings, nil), nil
}

func idleSpaceBack(ctx context.Context, h *Hand, made Made) (Move, error) {
	was := &sagemaker.DescribeSpaceOutput{}
	s, err := restore(made.Saved, was)
	if err != nil {
		return Move{}, err
	}
	d, gone, err := h.spaceNow(ctx, was.DomainId, was.SpaceName)
	if err != nil || gone {
		return refuse("it is gone"), err
	}
	_, before, _ := spaceDials(was.SpaceSettings)
	settings, dials, fill := spaceDials(d.SpaceSettings)
	if m, busy := studioStatus("it", d.Status); busy {
		return m, nil
	}
	if m := turnBack(before, dials, s.Left[leftIdle]); m.State != "" {
		return m, nil
	}
	fill()
	return h.setSpace(d, settings, nil), nil
}
