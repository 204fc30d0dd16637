package pricing

import "time"

// A sheetID identifies a sheet, in lower case.
type sheetID struct{ region, component string }

// A sheet is the prices of one component in one region. It is also the form of a cache file.
type sheet struct {
	// Version is the sheetVersion of the program that read the list.
	Version   int    `json:"version"`
	Region    string `json:"region"`
	Component string `json:"component"`

	// At is when AWS was asked, or the date of the price file.
	At time.Time `json:"at"`
	// Quotes are by instance type, in lower case, empty where the component has none.
	Quotes map[string]quote `json:"quotes"`

	source string
}

// sheetVersion changes whenever a product would be read as another quote than before.
const sheetVersion = 2

// sheets sorts quotes into sheets.
func sheets(found map[Key][]quote, at time.Time, source string) map[sheetID]*sheet {
	byKey := make(map[sheetID]map[string][]quote)
	for k, found := range found {
		id := k.sheet()
		if byKey[id] == nil {
			byKey[id] = make(map[string][]quote)
		}
		byKey[id][k.quote()] = append(byKey[id][k.quote()], found...)
	}
	sorted := make(map[sheetID]*sheet, len(byKey))
	for id, instances := range byKey {
		s := &sheet{sheetVersion, id.region, id.component, at, make(map[string]quote, len(instances)), source}
		for instance, found := range instances {
			s.Quotes[instance] = settle(found)
		}
		sorted[id] = s
	}
	return sorted
}
