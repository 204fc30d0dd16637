package organization

import "strconv"

var accountNames = []string{
	"ml-research", "ml-platform-prod", "ml-platform-staging", "risk-analytics", "personalization", "speech-lab",
	"supply-chain", "customer-care", "growth", "vision-lab", "payments", "data-science-sandbox",
}

// numbered is the nth name; after the last one they begin again with a number.
func numbered(names []string, n int) string {
	name := names[n%len(names)]
	if round := n / len(names); round > 0 {
		name += "-" + strconv.Itoa(round+1)
	}
	return name
}

// A team owns people, products and a cost center.
type team struct {
	name, center string
	products     []string
}

var teams = []team{
	{"fraud", "CC-4110", []string{"card-fraud-scorer", "account-takeover", "chargeback-predictor", "merchant-risk"}},
	{"search", "CC-4120", []string{"query-ranker", "query-spelling", "product-embeddings", "semantic-search"}},
	{"recommendations", "CC-4130", []string{"basket-ranker", "similar-items", "home-feed", "email-picks"}},
	{"logistics", "CC-4210", []string{"eta-predictor", "parcel-volume", "route-cost", "depot-demand"}},
	{"pricing", "CC-4220", []string{"price-elasticity", "markdown-planner", "competitor-match"}},
	{"care", "CC-4310", []string{"ticket-router", "reply-suggester", "sentiment", "call-summary"}},
	{"speech", "CC-4320", []string{"speech-to-text", "speaker-id", "voice-intents"}},
	{"vision", "CC-4330", []string{"invoice-ocr", "shelf-detector", "damage-classifier", "image-tagger"}},
	{"risk", "CC-4410", []string{"credit-scoring", "collections-priority", "income-estimator"}},
	{"growth", "CC-4420", []string{"churn-scorer", "lifetime-value", "uplift", "lead-scoring"}},
}

var givenNames = []string{
	"lena", "jonas", "mia", "felix", "hannah", "paul", "clara", "moritz", "greta", "emil", "ida", "anton",
	"yuki", "haruto", "sakura", "ren", "aoi", "daiki", "hina", "sota", "mei", "kenta", "emi", "takumi",
	"maria", "james", "olivia", "diego", "ava", "ethan", "sofia", "noah", "priya", "lucas", "chloe", "omar",
}

var familyNames = []string{
	"fischer", "weber", "wagner", "becker", "hoffmann", "koch", "richter", "klein", "wolf", "neumann", "braun", "krause",
	"tanaka", "suzuki", "sato", "watanabe", "ito", "yamamoto", "kobayashi", "kato", "mori", "abe", "ikeda", "ogawa",
	"garcia", "nguyen", "johnson", "martinez", "patel", "brown", "kim", "lopez", "chen", "davis", "silva", "clark",
}
