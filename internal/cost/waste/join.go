package waste

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/cost/dialect"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/showback"
)

// An Engine is where the relation charges is.
type Engine interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Exec(ctx context.Context, statement string, args ...any) error
	Append(ctx context.Context, table string, rows iter.Seq[[]any]) error
}

// looks is the table of the evidence, on the engine.
const looks = "waste_looks"

// single are the kinds whose resources are one instance at most: so many hours in a line are so many hours of time.
var single = map[string]bool{"studio-app": true, "notebook-instance": true}

// A piece is a part of the bill of which the same is known.
type piece struct {
	resource, class, account, user, component, kind, name, currency, team string
	// judged says that somebody has looked at the resource in the line's time, and that the class is what was judged.
	judged bool
	cost   decimal.Decimal
	// length is that of the line, idle, perhaps and used what of it that is known, hours what was consumed, negative for not known.
	length, idle, perhaps, used time.Duration
	hours                       decimal.Decimal
}

// load puts the evidence on the engine.
func (e *Evidence) load(ctx context.Context, db Engine) error {
	if err := db.Exec(ctx, "CREATE OR REPLACE TEMP TABLE "+looks+" (arn VARCHAR, only_type VARCHAR, class VARCHAR, claim VARCHAR, begins TIMESTAMP, ends TIMESTAMP)"); err != nil {
		return err
	}
	return db.Append(ctx, looks, func(yield func([]any) bool) {
		for _, t := range e.things() {
			instanceType := any(nil)
			if t.instanceType != "" {
				instanceType = t.instanceType
			}
			for what, stretches := range e.settled(t) {
				if what == lately {
					what = used
				}
				for _, s := range stretches {
					if !yield([]any{t.arn, instanceType, t.class, string(what), s.from, s.to}) {
						return
					}
				}
			}
		}
	})
}

// join is the bill, each line with what is known of its time. Lines of which the whole time is known to be the same are added up.
func join(q Question) string {
	conditions := showback.Conditions(dialect.DuckDB, q.Period, q.Where)
	from, team := "charges", "''"
	if q.By == Team {
		from, team = "allocations", "team"
	}
	const key = "resource_id, instance_type, usage_class, charge_period_start, charge_period_end"
	seconds := func(what claim) string {
		return "coalesce(sum(CASE WHEN claim = " + dialect.Text(string(what)) + " THEN epoch_ms(least(ends, charge_period_end)) - epoch_ms(greatest(begins, charge_period_start)) END), 0) AS " + string(what)
	}
	return `WITH pieces AS (
  SELECT ` + key + `, sub_account_id, user_profile_name, component, resource_kind, resource_name, billing_currency, ` + team + ` AS team,
    sum(` + q.Cost.Column() + `) AS cost, sum(CASE WHEN lower(consumed_unit) IN ('hrs', 'hours', 'hour') THEN consumed_quantity END) AS hours
  FROM ` + from + conditions + ` GROUP BY ALL
), timed AS (
  SELECT DISTINCT ` + key + ` FROM pieces WHERE resource_id IN (SELECT arn FROM ` + looks + `)
), known AS (
  SELECT ` + key + `, ` + seconds(idle) + `, ` + seconds(perhaps) + `, ` + seconds(used) + `
  FROM timed JOIN ` + looks + ` AS l ON l.arn = resource_id AND l.class = usage_class AND l.begins < charge_period_end AND l.ends > charge_period_start
  WHERE l.only_type = instance_type OR (l.only_type IS NULL AND NOT EXISTS (SELECT 1 FROM ` + looks + ` AS o WHERE o.arn = resource_id AND o.only_type = instance_type))
  GROUP BY ALL
), told AS (
  SELECT p.* EXCLUDE (charge_period_start, charge_period_end, instance_type), epoch_ms(p.charge_period_end) - epoch_ms(p.charge_period_start) AS length,
    k.idle, k.perhaps, k.used
  FROM pieces AS p LEFT JOIN known AS k ON k.resource_id = p.resource_id AND k.usage_class = p.usage_class AND k.instance_type IS NOT DISTINCT FROM p.instance_type
    AND k.charge_period_start = p.charge_period_start AND k.charge_period_end = p.charge_period_end
)
SELECT coalesce(resource_id, ''), coalesce(usage_class, ''), coalesce(sub_account_id, ''), coalesce(user_profile_name, ''), coalesce(component, ''),
  coalesce(resource_kind, ''), coalesce(resource_name, ''), coalesce(billing_currency, ''), team, idle IS NOT NULL,
  CASE WHEN mixed THEN length ELSE 1 END AS whole, CASE WHEN mixed THEN idle WHEN idle > 0 THEN 1 ELSE 0 END, CASE WHEN mixed THEN perhaps ELSE 0 END,
  CASE WHEN mixed THEN used WHEN used > 0 THEN 1 ELSE 0 END, CASE WHEN mixed THEN hours END, sum(cost)
FROM (SELECT *, coalesce(NOT (idle >= length OR used >= length), false) AS mixed FROM told)
GROUP BY ALL`
}

// pieces are the answer.
func pieces(ctx context.Context, db Engine, query string) iter.Seq2[piece, error] {
	return func(yield func(piece, error) bool) {
		rows, err := db.Query(ctx, query)
		if err != nil {
			yield(piece{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var p piece
			var length, idle, perhaps, used int64
			var hours any
			if err := rows.Scan(&p.resource, &p.class, &p.account, &p.user, &p.component, &p.kind, &p.name, &p.currency, &p.team, &p.judged,
				&length, &idle, &perhaps, &used, &hours, duck.Into(&p.cost)); err != nil {
				yield(p, err)
				return
			}
			p.length, p.idle, p.perhaps, p.used = time.Duration(length)*time.Millisecond, time.Duration(idle)*time.Millisecond, time.Duration(perhaps)*time.Millisecond, time.Duration(used)*time.Millisecond
			p.hours = decimal.NewFromInt(-1)
			if hours != nil {
				if p.hours, err = decimal.NewFromString(strings.TrimSpace(fmt.Sprint(hours))); err != nil {
					yield(p, err)
					return
				}
			}
			if !yield(p, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(piece{}, err)
		}
	}
}
