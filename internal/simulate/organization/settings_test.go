package organization

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// The demo has every sort of idle setting that an administrator may find, and nothing of it is left to chance.
func TestSettings(t *testing.T) {
	w := Generate(Default(3, noon))
	found := map[string]int{}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				switch {
				case d.UserSettings == nil:
					found["forgotten"]++
				case *d.UserSettings.JupyterLabAppSettings.AppLifecycleManagement.IdleSettings.IdleTimeoutInMinutes > 24*60:
					found["too long"]++
				default:
					found["in order"]++
				}
				for _, u := range d.Users {
					if u.Settings != nil && u.Settings.CodeEditorAppSettings.AppLifecycleManagement.IdleSettings.LifecycleManagement == types.LifecycleManagementDisabled {
						found["switched off"]++
					}
				}
				for _, s := range d.Spaces {
					if s.Settings != nil {
						found["a space's own"]++
					}
				}
				for _, app := range d.Apps {
					if app.Spec != nil {
						found["an old image"]++
					}
				}
			}
		}
	}
	for _, sort := range []string{"forgotten", "too long", "in order", "switched off", "a space's own", "an old image"} {
		if found[sort] == 0 {
			t.Errorf("nothing is %s: %v", sort, found)
		}
	}
}
