package organization

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// settle gives domains, people, spaces and apps the settings that administrators leave behind: idle shutdown as it should be, forgotten, far
// too long, or switched off again by somebody; and images of years ago. Nothing is left to chance, so that all else stays as the seed has it.
func settle(studios []*studio) {
	for i, st := range studios {
		d := st.domain
		switch i % 4 {
		case 0:
			d.UserSettings = idleAfter(types.LifecycleManagementEnabled, 120)
			for _, s := range every(d.Spaces, 5) {
				s.Settings = &types.SpaceSettings{JupyterLabAppSettings: &types.SpaceJupyterLabAppSettings{AppLifecycleManagement: &types.SpaceAppLifecycleManagement{
					IdleSettings: &types.SpaceIdleSettings{IdleTimeoutInMinutes: aws.Int32(180)}}}}
			}
		case 1: // nobody thought of it
		case 2:
			d.UserSettings = idleAfter(types.LifecycleManagementEnabled, 30*24*60)
		case 3:
			d.UserSettings = idleAfter(types.LifecycleManagementEnabled, 60)
			for _, u := range every(d.Users, 3) {
				u.Settings = idleAfter(types.LifecycleManagementDisabled, 60)
			}
		}
		for _, a := range every(d.Apps, 7) {
			if a.Type == jupyterLab {
				a.Spec = &types.ResourceSpec{SageMakerImageVersionAlias: aws.String("1.8.0")}
			}
		}
	}
}

// every is each nth of some.
func every[T any](some []*T, n int) (picked []*T) {
	for i := n - 1; i < len(some); i += n {
		picked = append(picked, some[i])
	}
	return picked
}

// idleAfter is the native idle shutdown of JupyterLab and Code Editor, within bounds of an hour and a day or the limit itself.
func idleAfter(management types.LifecycleManagement, minutes int32) *types.UserSettings {
	native := &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: management, IdleTimeoutInMinutes: aws.Int32(minutes),
		MinIdleTimeoutInMinutes: aws.Int32(60), MaxIdleTimeoutInMinutes: aws.Int32(max(minutes, 24*60))}}
	return &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{AppLifecycleManagement: native},
		CodeEditorAppSettings: &types.CodeEditorAppSettings{AppLifecycleManagement: native}}
}
