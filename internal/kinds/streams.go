package kinds

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	signalLog = "log"
	// logLag is how late CloudWatch Logs may index a stream's last event: usually within the hour, sometimes later.
	logLag = time.Hour
	// noteNoGroup is what the signal of a log says where no app of the target has one.
	noteNoGroup = "there is no such log group"
)

// streams are a page of log streams, or that there is no such group.
type streams struct {
	page []logEnd
	next *string
	gone bool
}

// A logEnd is when the last event of a stream was, the zero instant where it has none.
type logEnd struct {
	name string
	last time.Time
}

// streamsOf keeps nothing else of an answer.
func streamsOf(out *cloudwatchlogs.DescribeLogStreamsOutput) streams {
	all := streams{next: out.NextToken, page: make([]logEnd, len(out.LogStreams))}
	for i, st := range out.LogStreams {
		all.page[i].name = strings.Clone(aws.ToString(st.LogStreamName))
		if st.LastEventTimestamp != nil {
			all.page[i].last = time.UnixMilli(*st.LastEventTimestamp).UTC()
		}
	}
	return all
}

// lastEvents reads the last event of each named stream of Studio.
//
// Streams are paged newest first, 50 a call, for as long as that finds some, and is cheaper than asking for what is still
// missing one by one; then the rest is asked by exact name. Never more than twice the calls of the better way, and never the history of a group.
func lastEvents(ctx context.Context, s *Scope, names []string) map[string]estate.Signal {
	out := make(map[string]estate.Signal, len(names))
	missing := make(map[string]bool, len(names))
	for _, n := range names {
		missing[n] = true
	}
	take := func(st logEnd) {
		if !missing[st.name] {
			return
		}
		delete(missing, st.name)
		sig := estate.Signal{Name: signalLog, Source: "logs " + studioLogs + " " + st.name, Quality: estate.Good, At: st.last}
		if st.last.IsZero() {
			sig.Quality, sig.Note = estate.Absent, "the stream has no events"
		}
		out[st.name] = sig
	}
	fail := func(gone bool, err error) map[string]estate.Signal {
		for n := range missing {
			if gone {
				out[n] = estate.Signal{Name: signalLog, Source: "logs " + studioLogs, Quality: estate.Absent, Note: noteNoGroup}
			} else {
				out[n] = brokenSignal(signalLog, "", "logs "+studioLogs, err)
			}
		}
		return out
	}
	ask := func(in *cloudwatchlogs.DescribeLogStreamsInput) (streams, error) {
		in.LogGroupName = aws.String(studioLogs)
		out, gone, err := Describe(ctx, s, "logs:DescribeLogStreams", func(ctx context.Context) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
			return s.Logs().DescribeLogStreams(ctx, in)
		}, func(o *cloudwatchlogs.DescribeLogStreamsOutput) bool { return o.LogStreams != nil })
		if gone || err != nil {
			return streams{gone: gone}, err
		}
		return streamsOf(out), nil
	}

	newest := func(token *string) (streams, error) {
		return ask(&cloudwatchlogs.DescribeLogStreamsInput{
			OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true), Limit: aws.Int32(50), NextToken: token})
	}
	var token *string
	for calls := 0; len(missing) > calls; calls++ { //nolint:intrange // what is missing shrinks on the way
		var page streams
		var err error
		if calls == 0 { // the first page often holds all that there is, and apps and spaces both want it
			page, err = once(s, "newest-streams", func() (streams, error) { return newest(nil) })
		} else {
			page, err = newest(token)
		}
		if page.gone || err != nil {
			return fail(page.gone, err)
		}
		before := len(missing)
		for _, st := range page.page {
			take(st)
		}
		if token = page.next; token == nil || len(missing) == before {
			break
		}
	}
	for _, n := range names {
		if !missing[n] {
			continue
		}
		// The exact name sorts before every longer name that begins with it, such as its LifecycleConfigOnStart child.
		page, err := ask(&cloudwatchlogs.DescribeLogStreamsInput{LogStreamNamePrefix: aws.String(n), Limit: aws.Int32(1)})
		if page.gone || err != nil {
			return fail(page.gone, err)
		}
		for _, st := range page.page {
			take(st)
		}
		if missing[n] {
			delete(missing, n)
			out[n] = estate.Signal{Name: signalLog, Source: "logs " + studioLogs + " " + n, Quality: estate.Absent, Note: "there is no such stream"}
		}
	}
	return out
}
