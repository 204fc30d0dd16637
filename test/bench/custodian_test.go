package bench

// A comparison is one question, as Sagewarden and as Cloud Custodian answer it.
type comparison struct {
	question               string
	ours, theirs           calls
	oursWall, theirsWall   string
	oursFound, theirsFound int
}

func comparisons([]comparison) string { return "" }
