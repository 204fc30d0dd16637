package pricing

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A priceFile is what was found in a price file.
type priceFile struct {
	found map[Key][]quote
	// at is the date that the file gives itself, zero when it gives none.
	at time.Time
}

// A place is a line and column of a file, in bytes and from 1.
type place struct{ line, column int }

// readFile reads a price file of any form that Open knows.
func readFile(path string) (map[sheetID]*sheet, error) {
	broken := func(on string, err error) error {
		return &estate.Error{
			Op: "read price file", On: on, Err: err,
			Hint: "a price file is AWS's index.json of AmazonSageMaker, or CSV with the header " + csvHeader + "[,usd_per_gb_month][,sku]",
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, broken(path, errors.Unwrap(err)) // without "open" and the path, said already
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, broken(path, err)
	}

	r := bufio.NewReader(f)
	start, err := r.Peek(1)
	if err != nil {
		return nil, broken(path, fmt.Errorf("it cannot be read: %w", err))
	}
	read := readCSV
	if start[0] == '{' {
		read = func(r *bufio.Reader) (priceFile, place, error) { return readOfferFile(r, f) }
	}
	p, at, err := read(r)
	if err != nil {
		return nil, broken(fmt.Sprintf("%s:%d:%d", path, at.line, at.column), err)
	}
	if len(p.found) == 0 {
		return nil, broken(path, errors.New("it has no price of a SageMaker instance"))
	}
	if p.at.IsZero() {
		p.at = info.ModTime().UTC()
	}
	return sheets(p.found, p.at, "price file "+path+" of "+p.at.Format(time.DateOnly)), nil
}
