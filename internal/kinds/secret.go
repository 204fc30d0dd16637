package kinds

import (
	"maps"
	"regexp"
	"slices"
)

// secretName and secretValue are what the variables of an environment look like whose value nobody may write down.
var (
	secretName  = regexp.MustCompile(`(?i)token|secret|passw|api_?key|access_?key|private_?key|credential`)
	secretValue = regexp.MustCompile(`^(hf_|sk-|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|A[KS]IA[0-9A-Z]{12})|://[^/@:]+:[^/@]+@`)
)

// withhold is the environment without what looks like a secret, and the names of that.
func withhold(environment map[string]string) (rest map[string]string, secrets []string) {
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		if value := environment[name]; value != "" && (secretName.MatchString(name) || secretValue.MatchString(value)) {
			secrets = append(secrets, name)
		}
	}
	if len(secrets) == 0 {
		return environment, nil
	}
	rest = maps.Clone(environment)
	for _, name := range secrets {
		delete(rest, name)
	}
	return rest, secrets
}

// untellable refuses to delete what could not be made again, since a secret of it is not written down, unless that may be lost.
func untellable[D any, P answer[D]](h *Hand, what string, d *D) (Move, bool, error) {
	_, secrets, err := public[D, P](d)
	if err != nil || len(secrets) == 0 || h.Ask.Data {
		return Move{}, false, err
	}
	return secret(what, secrets[0]), true, nil
}

// secret is that refusal.
func secret(what, name string) Move {
	return refuse("%s could not be made again: its environment variable %s looks like a secret, which is not written down, and the policy does not say that its data may go", what, name)
}
