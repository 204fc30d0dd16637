package bill

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

// A manifest is what AWS writes beside the files of a month: which they are, and of which version.
type manifest struct {
	period   string
	assembly string
	// bucket is where the files were put. They may have been copied elsewhere, with the manifest.
	bucket string
	// keys are those of the files.
	keys []string
}

// maxManifest bounds a manifest in memory: a thousand columns and ten thousand files are 2 MB.
const maxManifest = 32 << 20

// exportMonth is the folder of a month in data exports, reportMonth that in legacy reports, and monthBegin how a period is written within a manifest:
// 20261001T000000.000Z, 20261001-20261101, 2026-10-01T00:00:00Z, 2026-10.
var (
	monthBegin  = regexp.MustCompile(`^(\d{4})(?:-(0[1-9]|1[0-2])(?:\D|$)|(0[1-9]|1[0-2])(?:\d{2}(?:\D|$)|\D|$))`)
	monthText   = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)
	exportMonth = regexp.MustCompile(`(?i)(?:^|/)BILLING_PERIOD=(\d{4}-(?:0[1-9]|1[0-2]))/`)
	reportMonth = regexp.MustCompile(`(?:^|/)(\d{4})(0[1-9]|1[0-2])01-\d{8}/`)
)

// readManifest reads either form: of legacy reports, or of data exports (CUR 2.0 and FOCUS). Name is its key or path.
func readManifest(name string, text []byte) (manifest, error) {
	const hint = "name the Manifest.json that AWS writes, or the data files themselves"
	var form struct {
		AssemblyID string   `json:"assemblyId"`
		Bucket     string   `json:"bucket"`
		ReportKeys []string `json:"reportKeys"`
		// BillingPeriod is an object in legacy reports, and elsewhere a text; data exports have the month in their folders, whatever they write here.
		BillingPeriod json.RawMessage `json:"billingPeriod"`
		ExecutionID   string          `json:"executionId"`
		DataFiles     []string        `json:"dataFiles"`
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return manifest{}, wrongf(name, hint, "it is no manifest: %w", err)
	}
	m := manifest{assembly: form.AssemblyID, bucket: form.Bucket, keys: form.ReportKeys}
	if f := reportMonth.FindStringSubmatch(name); f != nil {
		m.period = f[1] + "-" + f[2]
	}
	if period := periodOf(form.BillingPeriod); period != "" {
		m.period = period
	}
	if len(form.DataFiles) > 0 {
		m.assembly = form.ExecutionID
		for _, uri := range form.DataFiles {
			rest, isURI := strings.CutPrefix(uri, "s3://")
			bucket, key, cut := strings.Cut(rest, "/")
			if !isURI || !cut {
				return manifest{}, wrongf(name, hint, "it names %q, which is no s3://bucket/key", uri)
			}
			m.bucket = bucket
			m.keys = append(m.keys, key)
		}
		if f := exportMonth.FindStringSubmatch(name); f != nil {
			m.period = f[1]
		} else if f := exportMonth.FindStringSubmatch(m.keys[0]); f != nil {
			m.period = f[1]
		}
	}
	switch {
	case len(m.keys) == 0:
		return manifest{}, wrongf(name, hint, "it names no files")
	case m.assembly == "":
		return manifest{}, wrongf(name, hint, "it has no assemblyId or executionId")
	case !monthText.MatchString(m.period):
		return manifest{}, wrongf(name, hint, "it does not say which month it is of")
	}
	named := map[string]bool{}
	for _, k := range m.keys {
		switch {
		case k != path.Clean(k) || strings.HasPrefix(k, "/") || strings.HasPrefix(k, "../") || k == ".." || k == "." || strings.Contains(k, `\`) || strings.ContainsRune(k, 0):
			return manifest{}, wrongf(name, "do not import what you do not know the origin of", "it names %q, which is no key that AWS writes", k)
		case formOf(k) == "":
			return manifest{}, wrongf(name, hint, "it names %q, which is not the name of a bill", k)
		case named[k]:
			return manifest{}, wrongf(name, "fetch the manifest again: its lines would count twice", "it names %q twice", k)
		}
		named[k] = true
	}
	return m, nil
}

// periodOf is the month of a manifest's billingPeriod: of its start where it is an object, or of the text that it is. It is empty where neither says one.
func periodOf(said json.RawMessage) string {
	var of struct {
		Start string `json:"start"`
	}
	text := ""
	if json.Unmarshal(said, &of) == nil {
		text = of.Start
	} else if json.Unmarshal(said, &text) != nil {
		return ""
	}
	f := monthBegin.FindStringSubmatch(text)
	if f == nil {
		return ""
	}
	return f[1] + "-" + f[2] + f[3]
}
