package plain

import "lanyard/ui/redact"

// redactNames makes the printer hide the names of the board if an audience reads along.
func (p *face) redactNames() {
	if !p.o.Presenter {
		return
	}
	names := redact.Known{Applications: p.board.Applications(), Users: p.board.Users()}
	for i := range p.board.Exchanges {
		names.Addresses = append(names.Addresses, p.board.Exchanges[i].URL)
	}
	for _, i := range p.board.Invitations {
		names.Addresses = append(names.Addresses, string(i.URL), string(i.Complete))
	}
	p.out.redactor = redact.New(names, p.out.redactor)
}
