package organization

// label tags a resource as its people remember to: some not at all, some by keys of their own.
func (g *generator) label(st *site, resource, owner string, t team) {
	g.world.Teams[st.arn(resource)] = t.name
	if g.chance(0.12) {
		return
	}
	tags := map[string]string{}
	for _, tag := range []struct {
		key, misspelt, value string
		remembered           float64
	}{
		{"owner", "Owner", owner, 0.6},
		{"team", "Team", t.name, 0.75},
		{"cost-center", "CostCentre", t.center, 0.5},
	} {
		switch {
		case tag.value == "" || !g.chance(tag.remembered):
		case g.chance(0.06):
			tags[tag.misspelt] = tag.value
		default:
			tags[tag.key] = tag.value
		}
	}
	if len(tags) > 0 {
		st.Tags[st.arn(resource)] = tags
	}
}
