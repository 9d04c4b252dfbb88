using System.Text;

namespace Bnn.Trainer;

/// <summary>Standard output, with errors that say what could not be written to: the system's name nothing.</summary>
internal sealed class StandardOutput(TextWriter console) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => console.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Named(() => console.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Named(() => console.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Named(() => console.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Named(() => console.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Named(console.Flush);

    private static void Named(Action write)
    {
        try
        {
            write();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"standard output cannot be written to: {problem.Message}", problem);
        }
    }
}
