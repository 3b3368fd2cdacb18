package store

import (
	_ "filippo.io/age"
)
