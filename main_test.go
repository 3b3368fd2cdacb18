package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// Before main hardens the process it reads nothing: not its environment, not a file.
func TestMainHardensFirst(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "main" {
			continue
		}
		if do, ok := f.Body.List[0].(*ast.ExprStmt); ok {
			if call, ok := do.X.(*ast.CallExpr); ok {
				if name, ok := call.Fun.(*ast.SelectorExpr); ok && name.Sel.Name == "Harden" {
					return
				}
			}
		}
		t.Fatal("the first statement of main is another one")
	}
	t.Fatal("there is no main")
}
