package kinds

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// peer is what a verdict on an app, space or profile says of what it belongs to.
func peer(kind estate.Kind, state estate.State, confidence estate.Confidence, age time.Duration) estate.Signals {
	return uses([]*estate.Observation{{Resource: estate.Resource{Kind: kind, Name: "x"},
		Verdict: estate.Verdict{State: state, Confidence: confidence, Since: before(age), LastUse: before(age)}}})
}

func stamps(age time.Duration) estate.Signal {
	return estate.Signal{Name: signalStamps, Source: "test", Quality: estate.Good, At: before(age)}
}

func unseenPeers(q estate.Quality) estate.Signals {
	return estate.Signals{{Name: signalPeerUnseen, Source: SourceRelation, Quality: q}}
}

// fileSystem is what a file system publishes that was mounted last at the age; negative is never.
func fileSystem(mounted time.Duration) estate.Signals {
	c := estate.Criteria{Now: now, IdleFor: 30 * day}
	published := estate.Signal{Name: signalStorageSeries, Quality: estate.Good, Window: useWindow(c), Spans: spans(1, 99*day, 0), At: now}
	mounts := estate.Signal{Name: signalMounts, Quality: estate.Absent, Window: useWindow(c)}
	if mounted >= 0 {
		mounts.Quality, mounts.Spans = estate.Good, spans(1, mounted+time.Hour, mounted)
		mounts.At = mounts.Spans[0].To
	}
	return estate.Signals{published, mounts, {Name: signalStoredLately, Quality: estate.Stale, At: before(20 * time.Minute)}}
}

func TestStudioPlaces(t *testing.T) {
	month := estate.Criteria{Now: now, IdleFor: 30 * day}
	lab := func(status string) estate.Resource {
		return estate.Resource{Status: status, Type: "JupyterLab", Created: before(200 * day), Modified: before(100 * day)}
	}
	log := func(age time.Duration, q estate.Quality) estate.Signal {
		return estate.Signal{Name: signalLog, Source: "test", Quality: q, At: before(age)}
	}
	never := estate.Signal{Name: signalHeartbeatHistory, Quality: estate.Absent}
	join := func(all ...estate.Signals) (out estate.Signals) {
		for _, s := range all {
			out = append(out, s...)
		}
		return out
	}
	month.MinDailyInvocations = 5 // mounts are no invocations
	for _, tc := range []struct {
		name      string
		k         Kind
		r         estate.Resource
		s         estate.Signals
		state     estate.State
		conf      estate.Confidence
		rule      string
		condition estate.ConditionType
	}{
		{"space: its app is in use", space{}, lab("InService"), join(peer("studio-app", estate.Active, estate.High, time.Hour), estate.Signals{stamps(100 * day)}), estate.Active, estate.High, "space/peer-active", ""},
		{"space: its app may be in use", space{}, lab("InService"), join(peer("studio-app", estate.Unknown, "", 0), estate.Signals{stamps(100 * day)}), estate.Unknown, "", "space/peer-unknown", ""},
		{"space: its app was used within the limit", space{}, lab("InService"), peer("studio-app", estate.Idle, estate.High, 5*day), estate.Active, estate.High, "space/peer-idle", ""},
		{"space: its app is idle for as long", space{}, lab("InService"), peer("studio-app", estate.Idle, estate.Medium, 40*day), estate.Idle, estate.Medium, "space/peer-idle", ""},
		{"space: whether it has an app is not known", space{}, lab("InService"), join(unseenPeers(estate.Denied), estate.Signals{stamps(100 * day), log(90*day, estate.Good)}), estate.Unknown, "", "space/peer-unseen", ""},
		{"space: empty, changed lately", space{}, lab("InService"), estate.Signals{stamps(10 * day)}, estate.Unknown, "", "space/too-young", ""},
		{"space: empty, its log was not asked", space{}, lab("InService"), estate.Signals{stamps(100 * day)}, estate.Unknown, "", ruleSpaceLogUnasked, ""},
		{"space: empty since ninety days", space{}, lab("InService"), estate.Signals{stamps(100 * day), never, log(90*day, estate.Good)}, estate.Idle, estate.Medium, "space/empty", ""},
		{"space: empty since yesterday", space{}, lab("InService"), estate.Signals{stamps(100 * day), never, log(day, estate.Good)}, estate.Active, estate.Medium, "space/ran", ""},
		{"space: no log", space{}, lab("InService"), estate.Signals{stamps(100 * day), never, log(0, estate.Absent)}, estate.Idle, estate.Low, "space/age", ""},
		{"space: no app has a log", space{}, lab("InService"), estate.Signals{stamps(100 * day), never, {Name: signalLog, Quality: estate.Absent, Note: noteNoGroup}}, estate.Unknown, "", "space/no-logs", ""},
		{"space: log denied", space{}, lab("InService"), estate.Signals{stamps(100 * day), never, log(0, estate.Denied)}, estate.Unknown, "", "space/unreadable", ""},
		{"space: of apps of any name", space{}, estate.Resource{Status: "InService"}, estate.Signals{stamps(100 * day), never, log(90*day, estate.Good)}, estate.Unknown, "", "space/any-app", ""},
		{"space: being deleted for weeks", space{}, lab("Deleting"), nil, estate.Unknown, "", "space/changing", estate.Stuck},
		{"space: failed", space{}, lab("Delete_Failed"), nil, estate.Unknown, "", "space/broken", estate.Broken},

		{"profile: its space is in use", profile{}, lab("InService"), peer("studio-space", estate.Active, estate.Medium, time.Hour), estate.Active, estate.Medium, "profile/peer-active", ""},
		{"profile: its app is idle for as long", profile{}, lab("InService"), peer("studio-app", estate.Idle, estate.High, 100*day), estate.Idle, estate.Low, "profile/peer-idle", ""},
		{"profile: nothing is its", profile{}, lab("InService"), estate.Signals{stamps(100 * day)}, estate.Idle, estate.Low, "profile/age", ""},
		{"profile: nothing is its yet", profile{}, lab("InService"), estate.Signals{stamps(10 * day)}, estate.Unknown, "", "profile/too-young", ""},
		{"profile: its spaces could not all be seen", profile{}, lab("InService"), join(peer("studio-app", estate.Idle, estate.High, 60*day), unseenPeers(estate.Throttled)), estate.Unknown, "", "profile/peer-unseen", ""},

		{"domain: somebody works", domain{}, lab("InService"), join(peer("studio-app", estate.Active, estate.High, 0), fileSystem(-1)), estate.Active, estate.High, "domain/peer-active", ""},
		{"domain: nobody, never mounted", domain{}, lab("InService"), fileSystem(-1), estate.Idle, estate.Medium, "domain/file-system-silent", estate.Orphaned},
		{"domain: nobody, mounted yesterday", domain{}, lab("InService"), fileSystem(day), estate.Active, estate.High, "domain/file-system-used", ""},
		{"domain: all idle, mounted long ago", domain{}, lab("InService"), join(peer("studio-space", estate.Idle, estate.Low, 90*day), fileSystem(60*day)), estate.Idle, estate.Low, "domain/peer-idle", ""},
		{"domain: all idle, file system not published", domain{}, lab("InService"), join(peer("studio-space", estate.Idle, estate.Low, 90*day), estate.Signals{{Name: signalMounts, Quality: estate.Absent, Window: useWindow(month)}}), estate.Unknown, "", "domain/file-system-no-control", ""},
		{"domain: undescribed", domain{}, lab("InService"), estate.Signals{{Name: signalDescription, Quality: estate.Denied}}, estate.Unknown, "", "domain/unreadable", ""},
		{"domain: stuck", domain{}, lab("Updating"), nil, estate.Unknown, "", "domain/changing", estate.Stuck},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := tc.k.Judge(tc.r, tc.s, month)
			if v.State != tc.state || v.Confidence != tc.conf || v.Rule != tc.rule {
				t.Errorf("got %s/%s by %s (%s)\nwant %s/%s by %s", v.State, v.Confidence, v.Rule, v.Why, tc.state, tc.conf, tc.rule)
			}
			var got estate.ConditionType
			for _, c := range v.Conditions {
				got = c.Type
			}
			if got != tc.condition {
				t.Errorf("condition %q, want %q", got, tc.condition)
			}
		})
	}
}

// TestNoIdlePlaceFromAnErrorPath: whatever else is known, what could not be read of a space, profile or domain, or of what is in
// it, never leaves idle standing.
func TestNoIdlePlaceFromAnErrorPath(t *testing.T) {
	broken := []estate.Quality{estate.Partial, estate.Denied, estate.Throttled, estate.Failed}
	rapid.Check(t, func(t *rapid.T) {
		age := func(what string) time.Duration {
			return time.Duration(rapid.IntRange(0, 4000).Draw(t, what)) * time.Hour
		}
		k := rapid.SampledFrom([]Kind{space{}, profile{}, domain{}}).Draw(t, "kind")
		c := estate.Criteria{Now: now, IdleFor: age("limit") + time.Hour}
		r := estate.Resource{Status: "InService", Type: "JupyterLab", Created: before(age("created")), Modified: before(age("modified"))}
		sigs := append(fileSystem(age("mounted")), stamps(age("stamps")), estate.Signal{Name: signalHeartbeatHistory, Quality: estate.Absent},
			estate.Signal{Name: signalLog, Quality: estate.Good, At: before(age("log"))})
		for _, kind := range []estate.Kind{"studio-app", "studio-space", "user-profile"} {
			if rapid.Bool().Draw(t, "has a "+string(kind)) {
				sigs = append(sigs, peer(kind, estate.Idle, estate.High, age(string(kind)))...)
			}
		}
		q := rapid.SampledFrom(broken).Draw(t, "broken")
		switch k.(type) {
		case space:
			if rapid.Bool().Draw(t, "the log is broken") {
				if _, app := judgePeers("space", sigs, c); app {
					return // what runs in it says more than any log
				}
				sigs[len(sigs)-1].Quality = q
				for i := range sigs {
					if sigs[i].Name == signalLog {
						sigs[i].Quality = q
					}
				}
			} else {
				sigs = append(sigs, unseenPeers(q)...)
			}
		case domain:
			broken := rapid.SampledFrom([]string{signalMounts, signalStorageSeries, signalStoredLately, signalPeerUnseen}).Draw(t, "which")
			if broken == signalPeerUnseen {
				sigs = append(sigs, unseenPeers(q)...)
			}
			for i := range sigs {
				if sigs[i].Name == broken {
					sigs[i].Quality = q
				}
			}
		default:
			sigs = append(sigs, unseenPeers(q)...)
		}
		if v := k.Judge(r, sigs, c); v.State == estate.Idle {
			t.Fatalf("%s: idle by %s: %+v", k.Family().Name, v.Rule, v)
		}
	})
}

// TestUses: of many peers the newest of each state speaks for all, and what is idle is as sure as the least sure.
func TestUses(t *testing.T) {
	obs := func(name string, state estate.State, confidence estate.Confidence, age time.Duration) *estate.Observation {
		return &estate.Observation{Resource: estate.Resource{Kind: "studio-app", Name: name}, Verdict: estate.Verdict{State: state, Confidence: confidence, Since: before(age), LastUse: before(age)}}
	}
	sigs := uses([]*estate.Observation{obs("old", estate.Idle, estate.Low, 90*day), obs("new", estate.Idle, estate.High, 50*day), obs("mid", estate.Idle, estate.High, 60*day)})
	if len(sigs) != 1 {
		t.Fatalf("%d signals", len(sigs))
	}
	v, _ := judgePeers("space", sigs, estate.Criteria{Now: now, IdleFor: 30 * day})
	if v.State != estate.Idle || v.Confidence != estate.Low || !v.Since.Equal(before(50*day)) {
		t.Errorf("%+v", v)
	}
}
