namespace Bnn.Trainer.Tests;

/// <summary>Does something each time a line with a certain text is written.</summary>
internal sealed class ActingWriter(string text, Action act) : StringWriter
{
    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value!.Contains(text, StringComparison.Ordinal))
            act();
    }
}
