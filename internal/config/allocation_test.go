package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const allocationHead = "cost:\n  allocation:\n"

func loadAllocation(t *testing.T, text string) (*File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.yaml")
	body := allocationHead
	for line := range strings.Lines(text) {
		body += "    " + line
	}
	if err := os.WriteFile(path, []byte(body+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return load(path)
}

// Each mistake of allocation, at its line and column below the head.
func TestMistakesOfAllocation(t *testing.T) {
	tests := map[string]struct{ text, at, want string }{
		"no name":             {"rules: [{team: a}]", "3:13", "the rule has no name"},
		"a name twice":        {"rules: [{name: x, team: a}, {name: x, team: b}]", "3:40", `"x" is another rule, too`},
		"the default's name":  {"rules: [{name: default, team: a}]", "3:20", `"default" is another rule, too`},
		"nobody":              {"rules: [{name: x}]", "3:13", "a rule says in one way who is charged, not in 0"},
		"two ways":            {"rules: [{name: x, team: a, tag: b}]", "3:13", "a rule says in one way who is charged, not in 2"},
		"an unknown pool":     {"rules: [{name: x, pool: overheat}]\npools: {overhead: {split: even}}", "3:29", `"overheat" is no pool: did you mean overhead?`},
		"a pool for a team":   {"rules: [{name: x, team: p}]\npools: {p: {split: even}}", "3:29", `"p" is a pool: name a team`},
		"an unlisted team":    {"teams: {vision: {}}\nrules: [{name: x, team: visoin}]", "4:29", `"visoin" is no team and no pool: did you mean vision?`},
		"an account":          {"rules: [{name: x, accounts: {42: a}}]", "3:38", `"42" is no account id`},
		"an account's team":   {"teams: {vision: {}}\nrules: [{name: x, accounts: {'111122223333': zebra}}]", "4:50", `"zebra" is no team and no pool`},
		"an empty estate":     {"rules: [{name: x, estate: {owner: false}}]", "3:23", "nothing, or too much, says what of the estate names a team"},
		"too much estate":     {"rules: [{name: x, estate: {tag: team, owner: true}}]", "3:23", "nothing, or too much, says what of the estate names a team"},
		"an empty when":       {"rules: [{name: x, team: a, when: {}}]", "3:32", "nothing says which charges are meant"},
		"a class":             {"rules: [{name: x, team: a, when: {class: [computer]}}]", "3:47", `"computer" is no class of usage: did you mean compute?`},
		"an account of when":  {"rules: [{name: x, team: a, unless: {account: [1]}}]", "3:51", `"1" is no account id`},
		"a tag of no value":   {"rules: [{name: x, team: a, when: {tags: {k: []}}}]", "3:46", "the tag has no value that it may have"},
		"an unlisted default": {"teams: {vision: {}}\ndefault: zebra", "4:14", `"zebra" is no team and no pool`},
		"an empty alias":      {"teams: {vision: {aliases: [' ']}}", "3:32", "an alias is empty"},
		"an alias of two":     {"teams: {a: {aliases: [x]}, b: {aliases: [x]}}", "3:46", `"x" means the team a, too: let it stand for one team`},
		"an alias, a team":    {"teams: {a: {aliases: [b]}, b: {}}", "3:27", `"b" means the team b, too`},
		"nobody's alias":      {"teams: {a: {aliases: [unallocated]}}", "3:27", `"unallocated" means the team unallocated, too`},
		"one name or two":     {"rules: [{name: x, accounts: {'111122223333': 12-34, '444455556666': 123-4}}]", "3:73", `"123-4" differs from "12-34" in case and marks alone: write it in one way, or list both under teams where they are two`},
		"a pool's other name": {"rules: [{name: x, team: Vision}]\npools: {p: {split: even, to: [vision]}}", "4:35", `"vision" differs from "Vision"`},
		"nobody, otherwise":   {"default: Unallocated", "3:14", `"Unallocated" differs from "unallocated"`},
		"a key":               {"tagKeys: {'a#b': [c]}", "3:15", `"a#b" is no tag key`},
		"a spelling":          {"tagKeys: {team: ['?']}", "3:22", `"?" is no tag key`},
		"a team and a pool":   {"teams: {p: {}}\npools: {p: {split: even}}", "4:13", `"p" is a team, too`},
		"a way to split":      {"pools: {p: {split: half}}", "3:24", `"half" is no way to split`},
		"no way to split":     {"pools: {p: {to: [a]}}", "3:13", `"" is no way to split`},
		"named twice":         {"pools: {p: {split: even, to: [a, a]}}", "3:38", `"a" is named twice`},
		"less than a whole":   {"pools: {p: {split: fixed, shares: {a: 33.3%, b: 66.6%}}}", "3:31", "the shares make 99.9%"},
		"shares of another":   {"pools: {p: {split: even, shares: {a: 100%}}}", "3:30", "a split that is even has no shares"},
		"fixed, to":           {"pools: {p: {split: fixed, to: [a], shares: {a: 100%}}}", "3:13", "a fixed split says who shares by its shares alone"},
		"a share":             {"pools: {p: {split: fixed, shares: {a: 1}}}", "3:43", `"1" is no share`},
		"a cost":              {"pools: {p: {split: proportional, by: blended_cost}}", "3:42", `"blended_cost" is no cost to go by: did you mean unblended_cost?`},
		"even, by":            {"pools: {p: {split: even, by: list_cost}}", "3:13", "a split that is even goes by no cost"},
		"within":              {"pools: {p: {split: even, within: space}}", "3:38", `"space" is nothing to split within`},
		"otherwise":           {"teams: {vision: {}}\npools: {p: {split: even, otherwise: zebra}}", "4:41", `"zebra" is no team and no pool`},
		"a circle":            {"pools:\n  a: {split: even, to: [b]}\n  b: {split: fixed, shares: {c: 50%, x: 50%}}\n  c: {split: proportional, to: [x], otherwise: a}", "4:7", "pools are split in a circle: a → b → c → a"},
		"to itself":           {"pools: {p: {split: even, to: [p]}}", "3:13", "pools are split in a circle: p → p"},
		"to itself at last":   {"default: p\npools: {p: {split: proportional}}", "4:13", "pools are split in a circle: p → p"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := loadAllocation(t, c.text)
			e, ok := errors.AsType[*estate.Error](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			said, _, _ := strings.Cut(e.Err.Error(), "\n")
			if !strings.HasSuffix(e.On, ":"+c.at) || !strings.HasPrefix(said+": "+e.Hint, c.want) {
				t.Errorf("want %s: %s, got\n%v\nhint: %s", c.at, c.want, err, e.Hint)
			}
		})
	}
}

func TestAllocationIsRead(t *testing.T) {
	f, err := loadAllocation(t, `teams: {vision: {aliases: [Computer Vision]}, nlp: {}}
tagKeys: {team: [squad]}
default: overhead
rules:
  - {name: tag, tag: team, unless: {class: [tax]}}
  - {name: person, profiles: {d-abc/ana: nlp}}
  - {name: estate, estate: {owner: true}}
  - {name: account, accounts: {"111122223333": vision}}
pools:
  overhead: {split: fixed, shares: {vision: 12.5%, nlp: 25%, homes: 62.5%}}
  homes: {split: proportional, within: domain, of: {class: [compute]}, otherwise: nlp}`)
	if err != nil {
		t.Fatal(err)
	}
	a := f.Cost.Allocation
	if got := a.Pools["overhead"].Shares["vision"].String(); got != "0.125" {
		t.Errorf("a share of %s", got)
	}
	if _, err := loadAllocation(t, `teams: {12-34: {}, 123-4: {aliases: ["1 2 3 4"]}}
rules: [{name: x, accounts: {"111122223333": 12-34, "444455556666": 123-4}}]`); err != nil {
		t.Errorf("names that are listed may fold to one: %v", err)
	}
	if a.Fallback("homes") != "nlp" || a.Fallback("overhead") != "overhead" || (Allocation{}).Fallback("x") != Unallocated {
		t.Error("who pays at last")
	}
}
