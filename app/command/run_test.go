package command

// run does what a command line says, on this goroutine.
func (e *env) run(args []string) error {
	k, err := e.parse(args)
	if k == nil || err != nil {
		return err
	}
	return k.Run(e)
}
