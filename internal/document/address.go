package document

import "clepsydra/internal/fault"

// addressSizes are the type sizes tried for an address, in points. Below the last
// one sorting machines and people stop reading. Above wholeLines a long line is
// rather set smaller than broken.
func addressSizes() []float64 { return []float64{10, 9.5, 9, 8.5, 8, 7.5} }

const wholeLines = 9.0

func addressStyle(size float64) style {
	return style{face: regular, size: size, leading: size * 0.44}
}

// fitAddress sets the recipient's lines in the largest size at which they fit the
// window, first without breaking a line, then with. Blank lines are left out.
func (ts *Typesetter) fitAddress(recipient []string, w Window) ([]string, style, *fault.Error) {
	var lines []string
	for _, l := range recipient {
		if l = tidyBlanks(Clean(l)); l != "" {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil, style{}, ErrNoRecipient
	}
	for _, size := range addressSizes() {
		s := addressStyle(size)
		if size >= wholeLines && float64(len(lines))*s.leading <= w.Height && ts.widest(s, lines) <= w.Width {
			return lines, s, nil
		}
	}
	for _, size := range addressSizes() {
		s := addressStyle(size)
		var broken []string
		for _, l := range lines {
			broken = append(broken, ts.wrap(s, w.Width, l)...)
		}
		if float64(len(broken))*s.leading <= w.Height {
			return broken, s, nil
		}
	}
	return nil, style{}, ErrAddress
}

func (ts *Typesetter) widest(s style, lines []string) float64 {
	var w float64
	for _, l := range lines {
		w = max(w, ts.measure(s, l))
	}
	return w
}
