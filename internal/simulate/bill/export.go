package bill

import (
	"archive/zip"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// An Export is how a bill is delivered.
type Export struct {
	Format   Format
	Encoding Encoding
	// Bucket and Prefix are where it goes, and Name is the report's.
	Bucket, Prefix, Name string
	// Keep keeps what was delivered before: each delivery has a folder of its own. Delivery numbers them from one on.
	Keep     bool
	Delivery int
	// Rows is how many lines a file has at most, a million when zero.
	Rows int
}

// A Sink takes the files of a delivery.
type Sink interface {
	Create(key string) (io.WriteCloser, error)
}

// A Delivered is what was written.
type Delivered struct {
	// Manifest is the key of the manifest, Files are those of the rows, and Rows is how many there are.
	Manifest string
	Files    []string
	Rows     int
	// Totals are those of the lines, by currency.
	Totals map[string]*Totals
}

// Assembly is AWS's id of a delivery.
func (b *Bill) Assembly(e Export) string {
	return uuid("assembly", b.Payer.ID, e.Name, b.Month.Format("2006-01"), strconv.Itoa(e.Delivery))
}

// Write delivers the bill: its files, and the manifest last, as AWS does.
func (b *Bill) Write(to Sink, e Export) (*Delivered, error) {
	columns, rows, err := b.columns(e.Format)
	if err != nil {
		return nil, err
	}
	if e.Encoding == Zip && e.Format != Legacy {
		return nil, fmt.Errorf("bill: %s is not delivered as zip", e.Format)
	}
	e.Rows, e.Delivery = cmp.Or(e.Rows, 1_000_000), cmp.Or(e.Delivery, 1)
	d := &Delivered{Totals: map[string]*Totals{}}
	var file *file
	// The lines behind the rows are summed up as they pass.
	lines := func(yield func(*Line) bool) {
		for l := range b.Lines() {
			if d.Totals[l.Currency] == nil {
				d.Totals[l.Currency] = &Totals{}
			}
			d.Totals[l.Currency].add(l)
			if !yield(l) {
				return
			}
		}
	}
	for l := range rows(lines) {
		if d.Rows%e.Rows == 0 {
			if file, err = b.next(file, to, e, d, columns); err != nil {
				return nil, err
			}
		}
		if err := file.write(l); err != nil {
			return nil, err
		}
		d.Rows++
	}
	if d.Rows == 0 {
		if file, err = b.next(nil, to, e, d, columns); err != nil {
			return nil, err
		}
	}
	if err := file.close(); err != nil {
		return nil, err
	}
	return d, b.manifest(to, e, d, columns)
}

// A file is a file of rows on its way.
type file struct {
	sheet
	closers []io.Closer
}

func (f *file) close() error {
	err := f.sheet.close()
	for _, c := range f.closers {
		err = cmp.Or(err, c.Close())
	}
	return err
}

// next closes a file and begins another.
func (b *Bill) next(f *file, to Sink, e Export, d *Delivered, columns []column) (*file, error) {
	if f != nil {
		if err := f.close(); err != nil {
			return nil, err
		}
	}
	key := b.key(e, len(d.Files)+1)
	d.Files = append(d.Files, key)
	out, err := to.Create(key)
	if err != nil {
		return nil, err
	}
	switch e.Encoding {
	case Parquet:
		return &file{newLattice(out, columns), []io.Closer{out}}, nil
	case Zip:
		archive := zip.NewWriter(out)
		entry, err := archive.Create(strings.TrimSuffix(path.Base(key), ".zip"))
		if err != nil {
			return nil, err
		}
		return &file{newTable(entry, columns), []io.Closer{archive, out}}, nil
	case Gzip:
		packed, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
		if err != nil {
			return nil, err
		}
		return &file{newTable(packed, columns), []io.Closer{packed, out}}, nil
	}
	return nil, fmt.Errorf("bill: there is no encoding %q", e.Encoding)
}

// extension ends the names of files of rows.
func (e Export) extension() string {
	if e.Encoding == Parquet {
		return ".snappy.parquet"
	}
	return ".csv." + string(e.Encoding)
}

// period is the folder of a month in the legacy report.
func (b *Bill) period() string { return b.Month.Format("20060102") + "-" + b.end.Format("20060102") }

// key is where the nth file of rows lies.
func (b *Bill) key(e Export, n int) string {
	if e.Format == Legacy {
		name := fmt.Sprintf("%s-%05d%s", e.Name, n, e.extension())
		switch {
		case e.Encoding == Parquet: // partitioned as Athena wants it, whatever the versioning
			return path.Join(e.Prefix, e.Name, e.Name, fmt.Sprintf("year=%d", b.Month.Year()), fmt.Sprintf("month=%d", b.Month.Month()), name)
		case e.Keep:
			return path.Join(e.Prefix, e.Name, b.period(), b.Assembly(e), name)
		}
		return path.Join(e.Prefix, e.Name, b.period(), name)
	}
	folder := "BILLING_PERIOD=" + b.Month.Format("2006-01")
	if e.Keep {
		folder = path.Join(folder, b.delivered(e).Format("2006-01-02T15:04:05.000Z")+"-"+b.Assembly(e))
	}
	return path.Join(e.Prefix, e.Name, "data", folder, fmt.Sprintf("%s-%05d%s", e.Name, n, e.extension()))
}

// delivered is when the delivery was made: some hours after the end of the month, or of what the bill goes to.
func (b *Bill) delivered(e Export) time.Time {
	return b.until.Add(time.Duration(e.Delivery) * 7 * time.Hour)
}

// manifests are the keys of the manifest: of a legacy report that is kept, in the delivery's folder and in the month's.
func (b *Bill) manifests(e Export) []string {
	name := e.Name + "-Manifest.json"
	if e.Format != Legacy {
		return []string{path.Join(e.Prefix, e.Name, "metadata", "BILLING_PERIOD="+b.Month.Format("2006-01"), name)}
	}
	folder := path.Join(e.Prefix, e.Name, b.period())
	if e.Keep {
		return []string{path.Join(folder, b.Assembly(e), name), path.Join(folder, name)}
	}
	return []string{path.Join(folder, name)}
}

// manifest writes the manifest, which tells the files that belong together.
func (b *Bill) manifest(to Sink, e Export, d *Delivered, columns []column) error {
	body := b.exported(e, d, columns)
	if e.Format == Legacy {
		body = b.reported(e, d, columns)
	}
	text, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		return err
	}
	for _, key := range b.manifests(e) {
		out, err := to.Create(key)
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		if err := cmp.Or(err, out.Close()); err != nil {
			return err
		}
		d.Manifest = key
	}
	return nil
}

type document = map[string]any

// reported is the manifest of a legacy report.
func (b *Bill) reported(e Export, d *Delivered, columns []column) document {
	list := make([]document, len(columns))
	for i, c := range columns {
		category, name, _ := strings.Cut(c.name, "/")
		list[i] = document{"category": category, "name": name, "type": c.sqlType()}
	}
	content := map[Encoding][2]string{Gzip: {"GZIP", "text/csv"}, Zip: {"ZIP", "text/csv"}, Parquet: {"Parquet", "Parquet"}}[e.Encoding]
	const day = "20060102T150405.000Z"
	return document{
		"assemblyId": b.Assembly(e), "account": b.Payer.ID, "columns": list, "charset": "UTF-8", "compression": content[0], "contentType": content[1],
		"reportId": digest("report", e.Name), "reportName": e.Name, "billingPeriod": document{"start": b.Month.Format(day), "end": b.end.Format(day)},
		"bucket": e.Bucket, "reportKeys": d.Files, "additionalArtifactKeys": []string{},
	}
}

// exported is the manifest of a data export.
func (b *Bill) exported(e Export, d *Delivered, columns []column) document {
	files, list := make([]string, len(d.Files)), make([]document, len(columns))
	for i, key := range d.Files {
		files[i] = "s3://" + path.Join(e.Bucket, key)
	}
	for i, c := range columns {
		list[i] = document{"name": c.flat, "type": c.sqlType()}
	}
	return document{
		"executionId": b.Assembly(e), "exportArn": "arn:aws:bcm-data-exports:us-east-1:" + b.Payer.ID + ":export/" + e.Name + "-" + digest("export", e.Name)[:32],
		"account": b.Payer.ID, "exportName": e.Name, "columns": list, "dataFiles": files, "compression": string(e.Encoding), "contentType": e.extension(),
		"createdAt": stamp(b.delivered(e)),
	}
}

// sqlType is the column's type as manifests call it.
func (c column) sqlType() string {
	return map[sort]string{text: "String", number: "OptionalBigDecimal", moment: "DateTime", pairs: "Map", shares: "Map"}[c.sort]
}
