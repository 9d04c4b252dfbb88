using Bnn.Trainer;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = !stop.IsCancellationRequested; // the first Ctrl-C stops at a checkpoint, the second at once
    stop.Cancel();
};
return BnnCommandLine.Run(args, new CommandContext(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, stop.Token));
