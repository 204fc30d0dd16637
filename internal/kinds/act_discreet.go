package kinds

import (
	"bytes"
	"encoding/json"
	"slices"
)

// environments are the members in which people hand programs their settings, and now and then a secret.
var environments = []string{"Environment", "OptimizationEnvironment", "HyperParameters", "StaticHyperParameters", "Arguments"}

// discreet is a description without the settings that look like secrets, and the names of those.
func discreet(body json.RawMessage) (rest json.RawMessage, secrets []string, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // stamps are numbers with a fraction
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, nil, err
	}
	if secrets = prune(tree); len(secrets) == 0 {
		return body, nil, nil
	}
	rest, err = json.Marshal(tree)
	return rest, secrets, err
}

// prune takes what looks like a secret out of every environment of the tree.
func prune(tree any) (secrets []string) {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			secrets = append(secrets, prune(item)...)
		}
	case map[string]any:
		for name, member := range tree {
			if settings, ok := member.(map[string]any); ok && slices.Contains(environments, name) {
				secrets = append(secrets, pruneSettings(settings)...)
				continue
			}
			secrets = append(secrets, prune(member)...)
		}
	}
	slices.Sort(secrets)
	return secrets
}

func pruneSettings(settings map[string]any) []string {
	texts := map[string]string{}
	for name, value := range settings {
		if text, ok := value.(string); ok {
			texts[name] = text
		}
	}
	_, secrets := withhold(texts)
	for _, name := range secrets {
		delete(settings, name)
	}
	return secrets
}
