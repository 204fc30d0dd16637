package kinds

import "context"

// snapshotConfig is the action that writes down how a resource of a family is made. It sends nothing.
func snapshotConfig(l Look) Action {
	return Action{Name: "snapshot-config", Operations: []string{l.Operation}, Next: func(ctx context.Context, h *Hand) (Move, error) {
		s, err := l.at(ctx, h)
		switch {
		case err != nil:
			return Move{}, err
		case s == nil:
			return Move{State: Refuse, Why: "it is gone"}, nil
		case !s.bears(h.Resource.Created):
			return another(s), nil
		}
		config, err := s.config(h.Resource.Tags)
		return Move{State: Done, Operation: l.Operation, Resource: h.Resource.ARN, Saved: config, Why: "its configuration is saved"}, failed("save the configuration", h, err)
	}}
}
