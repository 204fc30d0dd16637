package report

import "charm.land/lipgloss/v2"

// A tone is what a text means to the eye.
type tone int

const (
	plain tone = iota
	strong
	faint
	good
	doubtful
	bad
)

// A palette paints tones. The zero palette paints nothing.
type palette map[tone]lipgloss.Style

// newPalette uses the terminal's own sixteen colours, so that it follows the reader's theme.
func newPalette(color bool) palette {
	if !color {
		return nil
	}
	return palette{
		strong:   lipgloss.NewStyle().Bold(true),
		faint:    lipgloss.NewStyle().Faint(true),
		good:     lipgloss.NewStyle().Foreground(lipgloss.Green),
		doubtful: lipgloss.NewStyle().Foreground(lipgloss.Yellow),
		bad:      lipgloss.NewStyle().Foreground(lipgloss.Red),
	}
}

func (p palette) paint(t tone, s string) string {
	style, ok := p[t]
	if !ok || s == "" {
		return s
	}
	return style.Render(s)
}
