package lake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// indexFile says which files are the lake's. What it does not name is not there.
const indexFile = "lake.json"

// version is of the index and of the schema. Another one's lake has to be imported anew.
const version = 1

type index struct {
	Version int     `json:"version"`
	Months  []Month `json:"months"`
}

// A Month is what one bill says of one month.
type Month struct {
	// Period is the month as YYYY-MM.
	Period string `json:"period"`
	// Bill names the bill, for those who have several payers.
	Bill string `json:"bill"`
	// Files are the Parquet files, relative to the lake.
	Files []File `json:"files"`
	// Format is what it was read from, as "CUR 2.0".
	Format string `json:"format"`
	// Assembly is AWS's id of the version of the bill, or a digest of the files where there is none.
	Assembly string `json:"assembly"`
	// Shared says that its files hold other months, too.
	Shared bool `json:"shared,omitempty"`
	// Source is where it was read.
	Source string `json:"source"`
	// Imported is when.
	Imported time.Time `json:"imported"`
	// Products are the services that were kept; none means all.
	Products []string `json:"products,omitempty"`
	// Payers are the accounts that pay.
	Payers []string `json:"payers,omitempty"`
	// Columns are those of the source, in its own words: what drifts from month to month.
	Columns []string `json:"columns,omitempty"`
	// Kept and Skipped are the sums of what is in the lake and what was left out. Together they are the bill.
	Kept    []Sum `json:"kept"`
	Skipped []Sum `json:"skipped,omitempty"`
	// Rounded counts amounts of more than 18 digits behind the point, Residue is what rounding them added up to.
	Rounded int64           `json:"rounded,omitempty"`
	Residue decimal.Decimal `json:"residue,omitzero"`
}

// A File is one of a month's.
type File struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// A Sum is of the lines in one currency.
type Sum struct {
	Currency     string          `json:"currency"`
	Lines        int64           `json:"lines"`
	Unblended    decimal.Decimal `json:"unblended"`
	NetUnblended decimal.Decimal `json:"netUnblended"`
	Amortized    decimal.Decimal `json:"amortized"`
	NetAmortized decimal.Decimal `json:"netAmortized"`
	List         decimal.Decimal `json:"list"`
	Trueup       decimal.Decimal `json:"trueup"`
	Upfront      decimal.Decimal `json:"upfront"`
}

// Lines are all lines of the month that are in the lake.
func (m Month) Lines() (n int64) {
	for _, s := range m.Kept {
		n += s.Lines
	}
	return n
}

func readIndex(dir string) (index, error) {
	b, err := os.ReadFile(filepath.Join(dir, indexFile))
	if errors.Is(err, fs.ErrNotExist) {
		return index{Version: version}, nil
	}
	var x index
	if err == nil {
		err = json.Unmarshal(b, &x)
	}
	const hint = "if it was damaged, import the bills into a new folder with --lake"
	if err != nil {
		return index{}, &estate.Error{Op: "read lake", On: filepath.Join(dir, indexFile), Err: err, Hint: hint}
	}
	if x.Version != version {
		return index{}, &estate.Error{Op: "read lake", On: filepath.Join(dir, indexFile), Err: fmt.Errorf("it is of version %d, this is version %d", x.Version, version),
			Hint: "import the bills into a new folder with --lake"}
	}
	return x, nil
}

// write puts the index in place at once, and on the disk before that.
func (x index) write(dir string) error {
	b, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, indexFile+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone where all went well
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, indexFile)); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Equal tells whether two sums are the same, digit by digit.
func (s Sum) Equal(o Sum) bool {
	return s.Currency == o.Currency && s.Lines == o.Lines && s.Unblended.Equal(o.Unblended) && s.NetUnblended.Equal(o.NetUnblended) && s.Amortized.Equal(o.Amortized) &&
		s.NetAmortized.Equal(o.NetAmortized) && s.List.Equal(o.List) && s.Trueup.Equal(o.Trueup) && s.Upfront.Equal(o.Upfront)
}

// Add is both sums together, which are in one currency.
func (s Sum) Add(o Sum) Sum {
	return Sum{
		Currency: s.Currency, Lines: s.Lines + o.Lines, Unblended: s.Unblended.Add(o.Unblended), NetUnblended: s.NetUnblended.Add(o.NetUnblended), Amortized: s.Amortized.Add(o.Amortized),
		NetAmortized: s.NetAmortized.Add(o.NetAmortized), List: s.List.Add(o.List), Trueup: s.Trueup.Add(o.Trueup), Upfront: s.Upfront.Add(o.Upfront),
	}
}
