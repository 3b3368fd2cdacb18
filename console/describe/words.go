package describe

import "strconv"

func number(n int) string { return strconv.Itoa(n) }

// counted is "1 probe", "3 probes".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}
