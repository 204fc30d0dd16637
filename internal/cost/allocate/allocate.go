package allocate

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/estate"
)

// An Allocation is what Run has found on the way.
type Allocation struct {
	// Keys are the spellings on the bill of the tag keys that rules name, where there is not just the one.
	Keys []Spelled
	// Names are the teams that go by several names.
	Names []Spelled
	// condition chooses the charges that were allocated, in SQL.
	condition string
	rules     config.Allocation
	// splitter is nil where nothing is shared.
	splitter *splitter
}

// A Spelled is a key or a team and how it is written on the bill.
type Spelled struct {
	Name      string   `json:"name"`
	Spellings []string `json:"spellings"`
	// Conflicts are the charges on which two spellings of a key have different values; the first counts.
	Conflicts int64 `json:"conflicts,omitempty"`
}

// Run allocates the charges of the view charges in these months, all where none is named, and makes the view allocations. The snapshot may be nil where no rule asks for it.
func Run(ctx context.Context, db *duck.DB, a config.Allocation, snap *estate.Snapshot, months ...string) (*Allocation, error) {
	r := &run{Allocation: Allocation{condition: "true", rules: a}, db: db, config: a, snap: snap, c: compiler{Dialect: dialect.DuckDB, keys: map[tagKey][]string{}}}
	if len(months) > 0 {
		r.condition = oneOf("billing_period", months)
	}
	for _, step := range []func(context.Context) error{r.readKeys, r.lookUp, r.assign, r.readNames, r.pool, r.share, r.publish} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return &r.Allocation, nil
}

type run struct {
	Allocation
	db     *duck.DB
	config config.Allocation
	snap   *estate.Snapshot
	c      compiler
}

// readKeys finds how the bill spells the keys that rules name.
func (r *run) readKeys(ctx context.Context) error {
	columns := map[string][]string{}
	for _, k := range r.namedKeys() {
		seen, read := columns[k.column]
		if !read {
			var err error
			if seen, err = texts(ctx, r.db, "SELECT DISTINCT unnest(map_keys("+k.column+")) FROM charges"); err != nil {
				return err
			}
			columns[k.column] = seen
		}
		found := spellings(k.key, r.config.TagKeys[k.key], seen)
		r.c.keys[k] = found
		r.c.read = append(r.c.read, k)
		if len(found) > 1 || len(found) == 1 && found[0] != k.key {
			if err := r.tell(ctx, k, found); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell notes the spellings of a key, and on how many charges they disagree.
func (r *run) tell(ctx context.Context, k tagKey, found []string) error {
	spelled := Spelled{Name: k.key, Spellings: found}
	if len(found) > 1 {
		values := make([]string, len(found))
		for i, key := range found {
			values[i] = trimmed(r.c.Value(k.column, key))
		}
		differ := "LEAST(" + list(values) + ") <> GREATEST(" + list(values) + ")" // which pass over NULL
		if err := r.one(ctx, &spelled.Conflicts, "SELECT COUNT(*) FROM charges WHERE "+r.condition+" AND "+differ); err != nil {
			return err
		}
	}
	r.Keys = append(r.Keys, spelled)
	return nil
}

// namedKeys are the keys that rules name, each once.
func (r *run) namedKeys() []tagKey {
	keys := map[tagKey]bool{}
	of := func(w *config.Charges) {
		if w != nil {
			for key := range w.Tags {
				keys[tagKey{"tags", key}] = true
			}
		}
	}
	for _, rule := range r.config.Rules {
		of(rule.When)
		of(rule.Unless)
		for column, key := range map[string]string{"tags": rule.Tag, "account_tags": rule.AccountTag, "cost_categories": rule.CostCategory} {
			if key != "" {
				keys[tagKey{column, key}] = true
			}
		}
	}
	for _, p := range r.config.Pools {
		of(p.Of)
	}
	return slices.SortedFunc(maps.Keys(keys), func(a, b tagKey) int { return strings.Compare(a.column+" "+a.key, b.column+" "+b.key) })
}

// lookUp puts what the estate says of teams where rules find it.
func (r *run) lookUp(ctx context.Context) error {
	if err := r.db.Exec(ctx, "CREATE OR REPLACE TABLE allocation_estate (rule INTEGER, level VARCHAR, place VARCHAR, value VARCHAR, why VARCHAR)"); err != nil {
		return err
	}
	return r.db.Append(ctx, "allocation_estate", func(yield func([]any) bool) {
		for i, rule := range r.config.Rules {
			if rule.Estate == nil || r.snap == nil {
				continue
			}
			for _, o := range owners(r.snap, *rule.Estate, r.config.TagKeys[rule.Estate.Tag]) {
				if !yield([]any{int32(i + 1), o.level, o.place, o.value, o.why}) {
					return
				}
			}
		}
	})
}

// assign makes the view allocation_assigned: all charges, and what rules say of them.
func (r *run) assign(ctx context.Context) error {
	return r.db.Exec(ctx, "CREATE OR REPLACE VIEW allocation_assigned AS "+r.c.assigned(r.config, fileSystems(r.snap), r.condition))
}

// readNames finds which teams are meant, and makes the view allocation_paid: all charges with who pays, a team or a pool.
func (r *run) readNames(ctx context.Context) error {
	pooled := pooling(r.config)
	all, err := texts(ctx, r.db, "SELECT DISTINCT said FROM allocation_assigned WHERE NOT "+pooled)
	if err != nil {
		return err
	}
	n := names(r.config)
	n.learn(all)
	by := map[string][]string{}
	for _, s := range slices.Sorted(slices.Values(all)) {
		by[n.team(s)] = append(by[n.team(s)], s)
	}
	for _, team := range slices.Sorted(maps.Keys(by)) {
		if called := by[team]; len(called) > 1 || called[0] != team {
			r.Names = append(r.Names, Spelled{Name: team, Spellings: called})
		}
	}
	payer, join := "a.said", ""
	if len(r.Names) > 0 {
		if err := r.db.Exec(ctx, "CREATE OR REPLACE TABLE allocation_teams (called VARCHAR, team VARCHAR)"); err != nil {
			return err
		}
		if err := r.db.Append(ctx, "allocation_teams", func(yield func([]any) bool) {
			for _, n := range r.Names {
				for _, c := range n.Spellings {
					if !yield([]any{c, n.Name}) {
						return
					}
				}
			}
		}); err != nil {
			return err
		}
		payer, join = "CASE WHEN "+pooled+" THEN a.said ELSE COALESCE(t.team, a.said) END", " LEFT JOIN allocation_teams AS t ON t.called = a.said"
	}
	return r.db.Exec(ctx, "CREATE OR REPLACE VIEW allocation_paid AS SELECT a.*, "+payer+" AS payer, "+pooled+" AS pooled, "+ruleName(r.config)+" AS rule FROM allocation_assigned AS a"+join)
}

// alone are the columns of charges that are not the same on all charges of a day for the same thing.
var alone = []string{"line_id", "charge_period_start", "charge_period_end"}

// shared are the columns by which the charges of a pool are split as one.
func shared() []string {
	split := measures()
	return slices.DeleteFunc(columnNames(), func(c string) bool { return slices.Contains(alone, c) || slices.Contains(split, c) })
}

// pool gathers what is shared in the table allocation_pooled: a row for all charges of a day that differ in nothing but time and amount.
func (r *run) pool(ctx context.Context) error {
	group := append(shared(), "payer", "rule", "allocation_domain")
	sums := make([]string, 0, len(measures()))
	for _, m := range measures() {
		sums = append(sums, "SUM("+m+") AS "+m)
	}
	day := r.c.Truncate("day", "charge_period_start")
	return r.db.Exec(ctx, "CREATE OR REPLACE TABLE allocation_pooled AS SELECT ROW_NUMBER() OVER () AS group_n, * FROM (SELECT "+list(group)+
		", CASE WHEN COUNT(*) = 1 THEN MIN(line_id) END AS line_id, MIN(charge_period_start) AS charge_period_start, MAX(charge_period_end) AS charge_period_end, "+list(sums)+
		" FROM allocation_paid WHERE pooled GROUP BY "+list(group)+", "+day+")")
}

// bases are what teams and pools have themselves, by the measures of the pools.
func (r *run) bases(ctx context.Context) (map[string]base, error) {
	pools := slices.Sorted(maps.Keys(r.config.Pools))
	all := map[string]base{}
	sums := make([]string, len(pools))
	for i, name := range pools {
		p := r.config.Pools[name]
		sums[i] = "SUM(CASE WHEN " + r.c.charges(p.Of) + " THEN " + by(p) + " END)"
		all[name] = base{}
	}
	rows, err := r.db.Query(ctx, "SELECT billing_period, billing_currency, allocation_domain, sub_account_id, region_id, payer, "+list(sums)+" FROM allocation_paid GROUP BY 1, 2, 3, 4, 5, 6")
	if err != nil {
		return nil, err
	}
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, err
		}
		at := placeOf(row)
		who := row[5].(string)
		for i, name := range pools {
			here := at.within(r.config.Pools[name].Within)
			if all[name][here] == nil {
				all[name][here] = map[string]decimal.Decimal{}
			}
			amount, _ := row[6+i].(decimal.Decimal) // none has none
			all[name][here][who] = all[name][here][who].Add(amount)
		}
	}
	return all, nil
}

// placeOf is the place in the first five columns of a row.
func placeOf(row []any) place {
	return place{words(row[0]), words(row[1]), words(row[2]), words(row[3]), words(row[4])}
}

// share splits the pools into the table allocation_shares.
func (r *run) share(ctx context.Context) error {
	split := measures()
	money := make([]string, len(split))
	for i, m := range split {
		money[i] = m + " DECIMAL(38,18)"
	}
	for _, table := range []string{"allocation_portions (portion_n INTEGER, team VARCHAR, reason VARCHAR, pool VARCHAR)", "allocation_shares (group_n BIGINT, portion_n INTEGER, " + list(money) + ")"} {
		if err := r.db.Exec(ctx, "CREATE OR REPLACE TABLE "+table); err != nil {
			return err
		}
	}
	var shared int64
	if err := r.one(ctx, &shared, "SELECT COUNT(*) FROM allocation_pooled"); err != nil || shared == 0 {
		return err
	}
	bases, err := r.bases(ctx)
	if err != nil {
		return err
	}
	rows, err := r.db.Query(ctx, "SELECT billing_period, billing_currency, allocation_domain, sub_account_id, region_id, payer, group_n, "+
		list(split)+" FROM allocation_pooled")
	if err != nil {
		return err
	}
	r.splitter = newSplitter(r.config, bases)
	var failed error
	if err := r.db.Append(ctx, "allocation_shares", r.splitter.rows(duck.Values(rows), &failed)); err != nil || failed != nil {
		return cmp.Or(failed, err)
	}
	return r.db.Append(ctx, "allocation_portions", r.splitter.named())
}

// rows are the shares of the pooled rows, in the order of the table allocation_shares.
func (s *splitter) rows(pooled iter.Seq2[[]any, error], failed *error) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		share := make([]any, 2+len(measures()))
		for row, err := range pooled {
			if err != nil {
				*failed = err
				return
			}
			division := s.division(row[5].(string), placeOf(row))
			amounts := row[7:]
			parts := make([][]decimal.Decimal, len(amounts))
			for i, amount := range amounts {
				if d, known := amount.(decimal.Decimal); known { // nobody has a part of what is not known
					parts[i] = division.hand(d)
				}
			}
			for n := range division.portions {
				share[0], share[1] = row[6], division.first+int32(n) //nolint:gosec // there are as many portions as pools have payers in places
				for i := range parts {
					if share[2+i] = nil; parts[i] != nil {
						share[2+i] = parts[i][n]
					}
				}
				if !yield(share) {
					return
				}
			}
		}
	}
}

// publish makes the view allocations.
func (r *run) publish(ctx context.Context) error {
	split := measures()
	parts := make([]string, 0, len(columnNames()))
	for _, c := range columnNames() {
		table := "p."
		if slices.Contains(split, c) {
			table = "s."
		}
		parts = append(parts, table+c)
	}
	return r.db.Exec(ctx, "CREATE OR REPLACE VIEW allocations AS SELECT "+list(columnNames())+", payer AS team, rule, reason, CAST(NULL AS VARCHAR) AS pool FROM allocation_paid WHERE NOT pooled"+
		" UNION ALL SELECT "+list(parts)+", n.team, p.rule, n.reason, n.pool FROM allocation_shares AS s JOIN allocation_pooled AS p ON p.group_n = s.group_n JOIN allocation_portions AS n ON n.portion_n = s.portion_n")
}

// one scans the only value of an answer.
func (r *run) one(ctx context.Context, into any, query string) error {
	rows, err := r.db.Query(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return rows.Err()
	}
	return rows.Scan(into)
}

// texts are the values of an answer of one column, those that are NULL aside.
func texts(ctx context.Context, db *duck.DB, query string) ([]string, error) {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	var all []string
	for row, err := range duck.Values(rows) {
		if err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		if s, ok := row[0].(string); ok {
			all = append(all, s)
		}
	}
	return all, nil
}
