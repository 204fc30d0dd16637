package compliance

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// userSettings are those of people. Canvas and RStudio have none that matter here.
func userSettings(u *types.UserSettings) Settings {
	all := Settings{}
	if u == nil {
		return all
	}
	if s := u.JupyterLabAppSettings; s != nil {
		all["JupyterLab"] = app(idle(s.AppLifecycleManagement), s.LifecycleConfigArns, s.DefaultResourceSpec)
	}
	if s := u.CodeEditorAppSettings; s != nil {
		all["CodeEditor"] = app(idle(s.AppLifecycleManagement), s.LifecycleConfigArns, s.DefaultResourceSpec)
	}
	all.classic(u.JupyterServerAppSettings, u.KernelGatewayAppSettings)
	return all
}

// sharedSettings are those of shared spaces, which have none for Code Editor.
func sharedSettings(d *types.DefaultSpaceSettings) Settings {
	all := Settings{}
	if d == nil {
		return all
	}
	if s := d.JupyterLabAppSettings; s != nil {
		all["JupyterLab"] = app(idle(s.AppLifecycleManagement), s.LifecycleConfigArns, s.DefaultResourceSpec)
	}
	all.classic(d.JupyterServerAppSettings, d.KernelGatewayAppSettings)
	return all
}

// spaceSettings are a space's own: of the native idle shutdown, it says the limit alone.
func spaceSettings(p *types.SpaceSettings) Settings {
	all := Settings{}
	if p == nil {
		return all
	}
	limit := func(m *types.SpaceAppLifecycleManagement) (i Idle) {
		if m != nil && m.IdleSettings != nil {
			i.Minutes = aws.ToInt32(m.IdleSettings.IdleTimeoutInMinutes)
		}
		return i
	}
	if s := p.JupyterLabAppSettings; s != nil {
		all["JupyterLab"] = app(limit(s.AppLifecycleManagement), nil, s.DefaultResourceSpec)
	}
	if s := p.CodeEditorAppSettings; s != nil {
		all["CodeEditor"] = app(limit(s.AppLifecycleManagement), nil, s.DefaultResourceSpec)
	}
	all.classic(p.JupyterServerAppSettings, p.KernelGatewayAppSettings)
	return all
}

func (all Settings) classic(server *types.JupyterServerAppSettings, kernels *types.KernelGatewayAppSettings) {
	if server != nil {
		all["JupyterServer"] = app(Idle{}, server.LifecycleConfigArns, server.DefaultResourceSpec)
	}
	if kernels != nil {
		all["KernelGateway"] = app(Idle{}, kernels.LifecycleConfigArns, kernels.DefaultResourceSpec)
	}
}

func app(i Idle, scripts []string, spec *types.ResourceSpec) AppSettings {
	s := AppSettings{Idle: i, Scripts: scripts}
	if spec != nil {
		s.Script = aws.ToString(spec.LifecycleConfigArn)
		s.Image = Image{ARN: aws.ToString(spec.SageMakerImageArn), Version: aws.ToString(spec.SageMakerImageVersionAlias)}
	}
	return s
}

func idle(m *types.AppLifecycleManagement) Idle {
	if m == nil || m.IdleSettings == nil {
		return Idle{}
	}
	i := m.IdleSettings
	return Idle{Management: string(i.LifecycleManagement), Minutes: aws.ToInt32(i.IdleTimeoutInMinutes), Min: aws.ToInt32(i.MinIdleTimeoutInMinutes), Max: aws.ToInt32(i.MaxIdleTimeoutInMinutes)}
}
