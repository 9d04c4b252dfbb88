namespace Bnn.Trainer;

/// <summary>What to tell the person whose command is stopped. Files are written under its lock, so that a stop from outside finds none half done.</summary>
internal sealed class StopNotice
{
    private readonly Lock _gate = new();
    private string? _text = "stopped; nothing was written.";

    /// <summary>Writes files, and keeps the sentence that is true from then on.</summary>
    /// <param name="write">What must not be interrupted; short.</param>
    /// <param name="afterwards">A whole sentence.</param>
    public void While(Action write, string afterwards)
    {
        lock (_gate)
        {
            write();
            _text = afterwards;
        }
    }

    /// <summary>Gives the sentence to <paramref name="tell"/> when no file is being written; only the first call does.</summary>
    /// <param name="tell">May end the process: no file is written until it returns.</param>
    public void TellOnce(Action<string> tell)
    {
        lock (_gate)
        {
            if (_text is not null)
                tell(_text);
            _text = null;
        }
    }
}
