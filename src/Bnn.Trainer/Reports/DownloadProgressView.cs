using System.Diagnostics;

namespace Bnn.Trainer.Reports;

/// <summary>Shows a download under way: a line that changes on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class DownloadProgressView(CommandContext context)
{
    private readonly Stopwatch _sinceLine = new();
    private long? _total;

    /// <summary>A server begins to send.</summary>
    /// <param name="address">What it sends.</param>
    /// <param name="done">Bytes that are there already.</param>
    /// <param name="total">Bytes at the end, if the server says so.</param>
    public void Start(Uri address, long done, long? total)
    {
        _total = total;
        context.Log($"getting {address}{(total is null ? "" : $", {Text.Size(total.Value)}")}{(done > 0 ? $", going on after {Text.Size(done)}" : "")}");
        _sinceLine.Restart();
    }

    /// <summary>So many bytes are there.</summary>
    public void Step(long done)
    {
        if (_sinceLine.ElapsedMilliseconds < (context.IsErrorTerminal ? 200 : 10_000))
            return;
        _sinceLine.Restart();
        if (context.IsErrorTerminal)
            context.Error.Write($"\r{Line(done)}");
        else
            context.Log(Line(done));
    }

    /// <summary>All are there.</summary>
    public void End(long done)
    {
        if (context.IsErrorTerminal)
            context.Error.Write($"\r{Line(done)}\n");
    }

    /// <summary>The connection broke, and will be tried again.</summary>
    public void Pause(string reason) => context.Log($"{(context.IsErrorTerminal ? "\n" : "")}{reason}; trying again");

    private string Line(long done) => $"  {(_total is { } total and > 0 ? $"{Text.Percent((double)done / total)}, " : "")}{Text.Size(done)}   ";
}
