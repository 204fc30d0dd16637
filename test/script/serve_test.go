package script

import (
	"cmp"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	simulated "github.com/sagewarden/sagewarden/internal/simulate/bill"
	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// serve SCENARIO serves a scenario until the script ends, and points the AWS environment at it: a profile for each key,
// named after the account, or after the key where it is not the account's first. The organization's clock stands still,
// so that what is printed can be compared; or, where it says ticking, goes on by ten seconds with each call.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 3 || len(args) > 1 && args[1] != "writable" || len(args) > 2 && args[2] != "ticking" {
		ts.Fatalf("usage: serve SCENARIO [writable [ticking]]")
	}
	w, err := scenario.Load(args[0], strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	options := wire.Options{World: w, Writable: len(args) > 1}
	if len(args) > 2 {
		var calls atomic.Int64
		options.Now = func() time.Time { return w.At.Add(time.Duration(calls.Add(1)) * 10 * time.Second) }
	}
	handler, err := wire.New(options)
	ts.Check(err)
	ts.Value(servedKey{}).(*served).Server = handler
	server := httptest.NewServer(handler)
	ts.Defer(server.Close)

	config := ts.MkAbs("aws-config")
	ts.Check(os.WriteFile(config, []byte(profiles(w)), 0o600))
	ts.Setenv("AWS_CONFIG_FILE", config)
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)
}

// A served organization is the script's.
type served struct{ *wire.Server }

type servedKey struct{}

// bill MONTH FOLDER writes what the organization that is served is charged for a month, as calls have changed it, day by day.
func bill(ts *testscript.TestScript, neg bool, args []string) {
	organization := ts.Value(servedKey{}).(*served).Server
	if neg || len(args) != 2 || organization == nil {
		ts.Fatalf("usage, once an organization is served: bill MONTH FOLDER")
	}
	month, err := time.Parse("2006-01", args[0])
	ts.Check(err)
	b := simulated.New(organization.World(month.AddDate(0, 1, 0)), month, false, simulated.Everyday(month, 1))
	_, err = b.Write(simulated.Folder(ts.MkAbs(args[1])), simulated.Export{Format: simulated.CUR2, Encoding: simulated.Gzip, Bucket: "bills", Name: simulated.ReportName, Rows: 1_000_000})
	ts.Check(err)
}

// profiles is an AWS configuration file; its default profile is the first account's.
func profiles(w *world.World) string {
	var b strings.Builder
	section := func(name string, k world.Key) {
		fmt.Fprintf(&b, "[%s]\nregion = us-east-1\naws_access_key_id = %s\naws_secret_access_key = %s\n\n",
			name, k.AccessKeyID, cmp.Or(k.SecretAccessKey, "simulated"))
	}
	for i, a := range w.Accounts {
		keys := a.Keys
		if len(keys) == 0 {
			keys = []world.Key{{AccessKeyID: "AKIASIM" + a.ID}}
		}
		if i == 0 {
			section("default", keys[0])
		}
		section("profile "+a.Name, keys[0])
		for _, k := range keys[1:] {
			section("profile "+k.AccessKeyID, k)
		}
	}
	return b.String()
}
