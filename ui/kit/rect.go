// Package kit has what every part of the screen is laid out with: rectangles that are split
// without losing a cell, text measured and cut in cells, and frames.
//
// It does not know what is shown in them.
package kit

// Rect is a part of the screen, in cells. A Rect never has a negative side.
type Rect struct{ X, Y, W, H int }

// Top splits off n rows at the top.
func (r Rect) Top(n int) (top, rest Rect) {
	n = min(max(n, 0), r.H)
	return Rect{r.X, r.Y, r.W, n}, Rect{r.X, r.Y + n, r.W, r.H - n}
}

// Bottom splits off n rows at the bottom.
func (r Rect) Bottom(n int) (rest, bottom Rect) {
	n = min(max(n, 0), r.H)
	return r.Top(r.H - n)
}

// Left splits off n columns at the left.
func (r Rect) Left(n int) (left, rest Rect) {
	n = min(max(n, 0), r.W)
	return Rect{r.X, r.Y, n, r.H}, Rect{r.X + n, r.Y, r.W - n, r.H}
}

// Center places a w by h rectangle in the middle, cut to what there is.
func (r Rect) Center(w, h int) Rect {
	w, h = min(max(w, 0), r.W), min(max(h, 0), r.H)
	return Rect{r.X + (r.W-w)/2, r.Y + (r.H-h)/2, w, h}
}
