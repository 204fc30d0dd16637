package settings

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// cleared is what the API takes to clear the ARN of a lifecycle configuration, and may answer where there is none
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceSpec.html). What is left out may stay as it was.
const cleared = "None"

// structures are those of the SDK that say something of an app type. Only the ones that are there are not nil.
type structures struct {
	lab         *types.JupyterLabAppSettings
	editor      *types.CodeEditorAppSettings
	server      *types.JupyterServerAppSettings
	kernels     *types.KernelGatewayAppSettings
	spaceLab    *types.SpaceJupyterLabAppSettings
	spaceEditor *types.SpaceCodeEditorAppSettings
}

func ofUsers(u *types.UserSettings) structures {
	if u == nil {
		return structures{}
	}
	return structures{lab: u.JupyterLabAppSettings, editor: u.CodeEditorAppSettings, server: u.JupyterServerAppSettings, kernels: u.KernelGatewayAppSettings}
}

func ofShared(d *types.DefaultSpaceSettings) structures {
	if d == nil {
		return structures{}
	}
	return structures{lab: d.JupyterLabAppSettings, server: d.JupyterServerAppSettings, kernels: d.KernelGatewayAppSettings}
}

func ofSpace(s *types.SpaceSettings) structures {
	if s == nil {
		return structures{}
	}
	return structures{spaceLab: s.JupyterLabAppSettings, spaceEditor: s.CodeEditorAppSettings, server: s.JupyterServerAppSettings, kernels: s.KernelGatewayAppSettings}
}

// OfUsers are the settings of people. Canvas and RStudio have none that matter here.
func OfUsers(u *types.UserSettings) Apps { return ofUsers(u).apps() }

// OfShared are those of shared spaces, which have none for Code Editor.
func OfShared(d *types.DefaultSpaceSettings) Apps { return ofShared(d).apps() }

// OfSpace are a space's own: of the native idle shutdown, it says the limit alone.
func OfSpace(s *types.SpaceSettings) Apps { return ofSpace(s).apps() }

func (s structures) apps() Apps {
	all := Apps{}
	for t, there := range map[string]bool{JupyterLab: s.lab != nil || s.spaceLab != nil, CodeEditor: s.editor != nil || s.spaceEditor != nil,
		JupyterServer: s.server != nil, KernelGateway: s.kernels != nil} {
		if there {
			all[t] = s.members(t, s.spaceLab != nil || s.spaceEditor != nil).app()
		}
	}
	return all
}

// members point at what a structure says. A pointer is nil where the structure has no such member.
type members struct {
	scripts *[]string
	spec    **types.ResourceSpec
	builtIn **string
	idle    **types.AppLifecycleManagement
	limit   **types.SpaceAppLifecycleManagement
}

// members are those of a copy of the structure of an app type, which takes its place.
func (s *structures) members(appType string, space bool) members {
	switch {
	case appType == JupyterLab && space:
		c := replaced(&s.spaceLab)
		return members{spec: &c.DefaultResourceSpec, limit: &c.AppLifecycleManagement}
	case appType == CodeEditor && space:
		c := replaced(&s.spaceEditor)
		return members{spec: &c.DefaultResourceSpec, limit: &c.AppLifecycleManagement}
	case appType == JupyterLab:
		c := replaced(&s.lab)
		return members{scripts: &c.LifecycleConfigArns, spec: &c.DefaultResourceSpec, builtIn: &c.BuiltInLifecycleConfigArn, idle: &c.AppLifecycleManagement}
	case appType == CodeEditor:
		c := replaced(&s.editor)
		return members{scripts: &c.LifecycleConfigArns, spec: &c.DefaultResourceSpec, builtIn: &c.BuiltInLifecycleConfigArn, idle: &c.AppLifecycleManagement}
	case appType == JupyterServer:
		c := replaced(&s.server)
		return members{scripts: &c.LifecycleConfigArns, spec: &c.DefaultResourceSpec}
	default:
		c := replaced(&s.kernels)
		return members{scripts: &c.LifecycleConfigArns, spec: &c.DefaultResourceSpec}
	}
}

func replaced[T any](p **T) *T {
	c := new(T)
	if *p != nil {
		*c = **p
	}
	*p = c
	return c
}

func (m members) app() (a App) {
	if m.scripts != nil {
		a.Scripts = *m.scripts
	}
	if s := *m.spec; s != nil {
		a.Script, a.Instance = arn(s.LifecycleConfigArn), string(s.InstanceType)
		a.Image = Image{ARN: aws.ToString(s.SageMakerImageArn), Version: aws.ToString(s.SageMakerImageVersionAlias), VersionARN: arn(s.SageMakerImageVersionArn)}
	}
	if m.builtIn != nil {
		a.BuiltIn = arn(*m.builtIn)
	}
	if m.idle != nil && *m.idle != nil && (*m.idle).IdleSettings != nil {
		i := (*m.idle).IdleSettings
		a.Idle = Idle{Management: string(i.LifecycleManagement), Minutes: aws.ToInt32(i.IdleTimeoutInMinutes),
			Min: aws.ToInt32(i.MinIdleTimeoutInMinutes), Max: aws.ToInt32(i.MaxIdleTimeoutInMinutes)}
	}
	if m.limit != nil && *m.limit != nil && (*m.limit).IdleSettings != nil {
		a.Idle.Minutes = aws.ToInt32((*m.limit).IdleSettings.IdleTimeoutInMinutes)
	}
	return a
}

// set makes the structure say what it is to say, and leaves alone what it says already and everything else.
func (m members) set(to App) {
	is := m.app()
	if m.scripts != nil && !slices.Equal(is.Scripts, to.Scripts) {
		*m.scripts = append([]string{}, to.Scripts...) // never nil: a list that is not sent stays as it was
	}
	if is.Script != to.Script || is.Image != to.Image || is.Instance != to.Instance {
		s := replaced(m.spec)
		s.LifecycleConfigArn = change(s.LifecycleConfigArn, is.Script, to.Script)
		s.InstanceType = types.AppInstanceType(to.Instance)
		s.SageMakerImageArn, s.SageMakerImageVersionAlias = given(to.Image.ARN), given(to.Image.Version)
		s.SageMakerImageVersionArn = change(s.SageMakerImageVersionArn, is.Image.VersionARN, to.Image.VersionARN)
	}
	if m.builtIn != nil {
		*m.builtIn = change(*m.builtIn, is.BuiltIn, to.BuiltIn)
	}
	if is.Idle == to.Idle {
		return
	}
	if m.idle != nil {
		*m.idle = &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: types.LifecycleManagement(to.Idle.Management),
			IdleTimeoutInMinutes: minutes(to.Idle.Minutes), MinIdleTimeoutInMinutes: minutes(to.Idle.Min), MaxIdleTimeoutInMinutes: minutes(to.Idle.Max)}}
	}
	if m.limit != nil {
		*m.limit = &types.SpaceAppLifecycleManagement{IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: minutes(to.Idle.Minutes)}}
	}
}

// arn is what an ARN says that may have been cleared.
func arn(s *string) string {
	if aws.ToString(s) == cleared {
		return ""
	}
	return aws.ToString(s)
}

// change is the member for an ARN: as it was where nothing changes, or cleared.
func change(was *string, is, to string) *string {
	if is == to {
		return was
	}
	return aws.String(cmp.Or(to, cleared))
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func minutes(n int32) *int32 {
	if n == 0 {
		return nil
	}
	return &n
}
