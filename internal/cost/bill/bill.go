// Package bill reads AWS bills of every form (legacy CUR, CUR 2.0, FOCUS 1.0 and 1.2) into the lake. Lines are never handled one by
// one in Go: a format is a list of columns, from which one statement of SQL is made.
package bill

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// Options say what is imported into which lake.
type Options struct {
	// Lake is the folder of the lake.
	Lake string
	// Bill names the bill, for those who have several payers; "bill" when empty.
	Bill string
	// Products are the services whose lines are kept; Needed when empty.
	Products []string
	// All keeps the lines of every service.
	All bool
	// Force imports again what the lake has already.
	Force bool
	// Now is the time of the import.
	Now func() time.Time
	// Progress, where there is one, is told how far it is.
	Progress func(Progress)
	// Memory bounds the engine, in megabytes; 448 when zero.
	Memory int
}

// Needed are the services without which SageMaker's cost is not whole. What bears one of SageMaker's own tags is kept, too.
var Needed = []string{"AmazonSageMaker", "MachineLearningSavingsPlans"}

// Progress is how far the import of a month is.
type Progress struct {
	Period string
	// Stage is what is being done: fetching, importing, reconciling.
	Stage string
	// Done and All are bytes of the source; nothing is done where that is not known.
	Done, All int64
	// Lines are those that were read.
	Lines int64
}

// A Result is what became of one month.
type Result struct {
	lake.Month
	// Unchanged says that the lake had this version already.
	Unchanged bool
	// Added and Gone are the columns that the source has beside those of the month before, and those that it lacks.
	Added, Gone []string
	// Before is the month that Added and Gone are told from.
	Before string
	// Took is how long it took.
	Took time.Duration
}

var billName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$`)

const operation = "import bill"

// threadMemory is how many megabytes a thread of the engine needs that writes lines: it holds a group of them and what that is packed into, beside what it reads.
const threadMemory = 144

// Import puts deliveries into the lake, month by month. A month that is told to yield is in the lake; what fails later leaves it there.
func Import(ctx context.Context, o Options, deliveries []Delivery, yield func(Result)) error {
	if o.Bill == "" {
		o.Bill = "bill"
	}
	if !billName.MatchString(o.Bill) {
		return &estate.Error{Op: operation, On: o.Bill, Err: errors.New("this is no name of a bill"), Hint: "write small letters, digits and hyphens"}
	}
	if o.Memory == 0 {
		o.Memory = 448
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if len(o.Products) == 0 && !o.All {
		o.Products = Needed
	}
	if o.All {
		o.Products = nil
	}
	stage, err := lake.NewStage(o.Lake)
	if err != nil {
		return err
	}
	defer func() { _ = stage.Discard() }() // a later import sweeps what could not be removed
	db, err := duck.Open(ctx, duck.Options{Memory: o.Memory, Temp: stage.Dir, Threads: max(1, min(runtime.GOMAXPROCS(0), o.Memory/threadMemory))})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := errors.Join(db.Function(ctx, grammarFunction, 3, readUsage), db.Function(ctx, labelsFunction, 2, readLabels)); err != nil {
		return err
	}
	im := &importer{Options: o, stage: stage, db: db, yield: yield, brought: map[string]string{}}
	if err := im.apart(ctx, deliveries); err != nil {
		return err
	}
	for _, d := range deliveries {
		if err := im.delivery(ctx, d); err != nil {
			if e, ok := errors.AsType[*estate.Error](err); ok && d.origins[e.On] != "" {
				return &estate.Error{Op: e.Op, On: d.origins[e.On], Err: e.Err, Hint: e.Hint}
			}
			return err
		}
	}
	return nil
}

// An importer is at work on one import.
type importer struct {
	Options
	stage *lake.Stage
	db    *duck.DB
	yield func(Result)
	// brought are the months of this import, each with the name of the delivery that brought it.
	brought map[string]string
}

// apart finds folders of files that are bills of one month before any of them is imported. It looks at what the first lines say: what later lines bring
// is found by bring, with the months of earlier deliveries in the lake.
func (im *importer) apart(ctx context.Context, deliveries []Delivery) error {
	if len(deliveries) < 2 {
		return nil
	}
	names := map[string]string{}
	for _, d := range deliveries {
		period := d.Period
		if period == "" {
			var err error
			if period, err = im.peek(ctx, d); err != nil {
				return err
			}
		}
		if other := names[period]; period != "" && other != "" {
			return twoBills(d.Name, other, d.Name, period)
		}
		names[period] = d.Name
	}
	return nil
}

// peek is the month of a delivery that does not say it, where all of its first lines are of one.
func (im *importer) peek(ctx context.Context, d Delivery) (string, error) {
	files, done, err := d.load(ctx, im.stage.Dir, im.Progress)
	if err != nil {
		return "", err
	}
	defer done()
	s, err := im.inspect(ctx, files)
	if err != nil {
		return "", err
	}
	return s.first(ctx)
}

// bring refuses a month that another delivery of this import has brought: it would be in its place, and the other's lines gone.
func (im *importer) bring(d Delivery, periods ...string) error {
	for _, p := range periods {
		if other, twice := im.brought[p]; twice && other != d.Name {
			return twoBills(d.Name, other, d.Name, p)
		}
	}
	for _, p := range periods {
		im.brought[p] = d.Name
	}
	return nil
}

func twoBills(on, one, other, period string) error {
	return wrongf(on, "import the folder of each bill, with a name of its own by --bill; put what are parts of one bill into one folder", "%s and %s are two bills of %s", one, other, period)
}

// known are the months that the lake has of this bill now.
func (im *importer) known() ([]lake.Month, error) {
	l, err := lake.Open(im.Lake)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(l.Months(), func(m lake.Month) bool { return m.Bill != im.Bill }), l.Close()
}

// found is the month that the lake has already, in this version and with these services.
func (im *importer) found(d Delivery, period string) (*lake.Month, error) {
	months, err := im.known()
	if err != nil || im.Force {
		return nil, err
	}
	for _, m := range months {
		if m.Period == period && m.Assembly == d.Assembly && slices.Equal(m.Products, im.Products) {
			return &m, nil
		}
	}
	return nil, nil
}

// unchanged tells the user of a month that the lake has already.
func (im *importer) unchanged(d Delivery, period string) (bool, error) {
	m, err := im.found(d, period)
	if m == nil || err != nil {
		return false, err
	}
	im.yield(Result{Month: *m, Unchanged: true})
	return true, nil
}

func (im *importer) delivery(ctx context.Context, d Delivery) error {
	if d.Period != "" {
		if err := im.bring(d, d.Period); err != nil {
			return err
		}
		if same, err := im.unchanged(d, d.Period); same || err != nil {
			return err
		}
	}
	files, done, err := d.load(ctx, im.stage.Dir, im.Progress)
	if err != nil {
		return err
	}
	defer done()
	s, err := im.inspect(ctx, files)
	if err != nil {
		return err
	}
	if d.Period != "" {
		return im.month(ctx, d, s, d.Period, false)
	}
	// Most files are of one month, which their first lines tell.
	first, err := s.first(ctx)
	if err != nil {
		return err
	}
	before, err := im.found(d, first)
	if err != nil {
		return err
	}
	if first != "" {
		if err := im.bring(d, first); err != nil {
			return err
		}
	}
	if first != "" && (before == nil || !before.Shared) {
		if same, err := im.unchanged(d, first); same || err != nil {
			return err
		}
		if err := im.month(ctx, d, s, first, false); !errors.Is(err, errStray) {
			return err
		}
	}
	periods, err := s.periods(ctx)
	if err != nil {
		return err
	}
	if err := im.bring(d, periods...); err != nil {
		return err
	}
	for _, p := range periods {
		same, err := im.unchanged(d, p)
		if err != nil {
			return err
		}
		if same {
			continue
		}
		if err := im.month(ctx, d, s, p, true); err != nil {
			return err
		}
	}
	return nil
}

// wrongf is a mistake in what a file holds.
func wrongf(file, hint, format string, args ...any) error {
	return &estate.Error{Op: operation, On: file, Err: fmt.Errorf(format, args...), Hint: hint}
}
