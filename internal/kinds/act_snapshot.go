package kinds

import "context"

// snapshotConfig is the action that writes down how a resource of a family is made. It sends nothing.
func snapshotConfig(l Look) Action {
	return Action{Name: "snapshot-config", Operations: []string{l.Operation, listTags}, Next: func(ctx context.Context, h *Hand) (Move, error) {
		s, err := l.at(ctx, h)
		switch {
		case err != nil:
			return Move{}, err
		case s == nil:
			return refuse("it is gone"), nil
		case !s.bears(h.Resource.Created):
			return another(s), nil
		}
		tags, err := h.tagsOf(ctx, &h.Resource.ARN)
		if err != nil {
			return Move{}, err
		}
		m := done("its configuration is saved")
		m.Operation, m.Resource = l.Operation, h.Resource.ARN
		m.Saved, _, err = s.save(saved{Tags: tags})
		return m, err
	}}
}
