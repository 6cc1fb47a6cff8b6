package document

import "strings"

// Window is where the recipient's address has to stand so that it shows through a
// window envelope: a rectangle in millimetres from the top left corner of the
// first page. Left says that the window is on the left, so that the sender is
// printed on the right. Folds and Punch are the heights of marks at the left edge,
// Return that the sender's address is printed small at the top of the window.
type Window struct {
	Name                string
	X, Y, Width, Height float64
	Left                bool
	Return              bool
	Folds               []float64
	Punch               float64 // 0: none
}

// The windows of the four countries. But for the German one, which is DIN 5008
// form B to the millimetre, they are the part of the page that stays visible when
// a letter folded in three slides about in the usual DL (110 x 220) envelope:
//
//	FR  window 35 x 100 at 20 mm from the right and the bottom edge
//	BE  window 40 x 110 at 15 mm from the right, 20 mm from the bottom
//	NL  window 35 x 90 at 20 mm from the left and the bottom
//
// The letter can move 10 mm sideways and 11 mm up and down.
func windows() []Window {
	return []Window{
		{Name: "BE", X: 105, Y: 51, Width: 88, Height: 28},
		{Name: "NL", X: 22, Y: 55, Width: 77, Height: 24, Left: true},
		{Name: "FR", X: 102, Y: 55, Width: 86, Height: 24},
		// Address field 20 to 105 mm, 45 to 90 mm; text 5 mm in. The upper 17.7 mm
		// are the zone of the return line, the lower 27.3 mm the address zone.
		{Name: "DE", X: 25, Y: 62.7, Width: 75, Height: 27.3, Left: true, Return: true,
			Folds: []float64{105, 210}, Punch: 148.5},
	}
}

// WindowFor returns the window usual in a country (ISO 3166-1 alpha-2, any case).
// Austria and Luxembourg have those of Germany and France; for any other country
// the Belgian one is returned.
func WindowFor(country string) Window {
	country = strings.ToUpper(country)
	switch country {
	case "AT":
		country = "DE"
	case "LU":
		country = "FR"
	}
	all := windows()
	for _, w := range all {
		if w.Name == country {
			return w
		}
	}
	return all[0]
}

// bodyTop is where text may begin below the window on the first page.
func (w Window) bodyTop() float64 { return max(w.Y+w.Height+10, 90) }
