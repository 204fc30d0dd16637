package kinds

import "github.com/sagewarden/sagewarden/internal/estate"

// heartbeatOf is the heartbeat under a family's own dimensions. Where several publish it, such as the nodes of an instance
// group, the smallest counts: the whole was last used when any of them was.
func heartbeatOf(signal, part string, w estate.Window, dims ...Dimension) Series {
	return Series{Signal: signal, Part: part, Namespace: heartbeatNamespace, Metric: heartbeatMetric, Stat: "Minimum", Newest: true, Ages: true, Unit: "s", Window: w, Dimensions: dims}
}

// Heartbeat is the newest heartbeat in a window, under the dimensions of an app or a notebook instance.
func Heartbeat(w estate.Window, dims ...Dimension) Series {
	return heartbeatOf(signalHeartbeat, "", w, dims...)
}
