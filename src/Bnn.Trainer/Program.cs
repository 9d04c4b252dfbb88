using Bnn.Trainer;

const string ShowCursor = "\e[?25h"; // a live progress bar hides it

using var stop = new StopSignals();
var context = new CommandContext(new StandardOutput(Console.Out), Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, stop.Token);
stop.OutOfPatience = code => context.Stop.TellOnce(text =>
{
    context.Error.WriteLine((context.IsErrorTerminal ? ShowCursor + "\n" : "") + text);
    Environment.Exit(code);
});
return stop.Translate(BnnCommandLine.Run(args, context));
