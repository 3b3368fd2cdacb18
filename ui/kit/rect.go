// Package kit lays out the screen: it makes rectangles and frames, and text that is measured and
// cut in terminal cells. It also draws bars, block digits and QR codes.
//
// A cell is one column of the terminal. The width of a grapheme cluster depends on the terminal;
// see [MeasureClusters]. A frame is made of lines of one exact width: [Line.End], [Fit], [Frame]
// and [Splice] return such lines.
//
// A [Line] is built from texts painted with SGR sequences. Text from elsewhere must go through
// [Clean] first.
package kit

// Rect is a rectangle of the screen, in cells. Its sides are never negative.
type Rect struct{ X, Y, W, H int }

// Top splits off n rows at the top, or all rows if there are fewer.
func (r Rect) Top(n int) (top, rest Rect) {
	n = min(max(n, 0), r.H)
	return Rect{r.X, r.Y, r.W, n}, Rect{r.X, r.Y + n, r.W, r.H - n}
}

// Bottom splits off n rows at the bottom, or all rows if there are fewer.
func (r Rect) Bottom(n int) (rest, bottom Rect) {
	n = min(max(n, 0), r.H)
	return r.Top(r.H - n)
}

// Left splits off n columns at the left, or all columns if there are fewer.
func (r Rect) Left(n int) (left, rest Rect) {
	n = min(max(n, 0), r.W)
	return Rect{r.X, r.Y, n, r.H}, Rect{r.X + n, r.Y, r.W - n, r.H}
}

// Center returns a w by h rectangle in the middle of r, cut to the size of r.
func (r Rect) Center(w, h int) Rect {
	w, h = min(max(w, 0), r.W), min(max(h, 0), r.H)
	return Rect{r.X + (r.W-w)/2, r.Y + (r.H-h)/2, w, h}
}
