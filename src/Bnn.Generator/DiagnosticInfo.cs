using Bnn.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Bnn.Generator;

/// <summary>A diagnostic as plain values, which the pipeline can compare.</summary>
/// <param name="Id">Id of its descriptor.</param>
/// <param name="Path">The model file.</param>
/// <param name="Start">Characters before it in the file.</param>
/// <param name="Length">Its characters, all on one line.</param>
/// <param name="Line">Its line, from 0.</param>
/// <param name="Column">Its column, from 0.</param>
/// <param name="Arguments">What fills the holes of the message.</param>
internal sealed record DiagnosticInfo(string Id, string Path, int Start, int Length, int Line, int Column, EquatableArray<string> Arguments)
{
    /// <summary>Places <paramref name="error"/> in <paramref name="text"/>.</summary>
    public static DiagnosticInfo Of(ModelError error, string path, string? text)
    {
        int start = 0;
        for (int line = 0; line < error.Line && text is not null; line++)
        {
            int end = text.IndexOf('\n', start);
            if (end < 0)
                break;
            start = end + 1;
        }
        int length = text?.Length ?? 0;
        start = Math.Min(start + error.Column, length);
        return new(error.Kind.Id, path, start, Math.Min(error.Length, length - start), error.Line, error.Column, error.Arguments);
    }

    /// <summary>The diagnostic for the compiler.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        BnnDiagnostics.Find(Id),
        Location.Create(Path, new TextSpan(Start, Length), new LinePositionSpan(new(Line, Column), new(Line, Column + Length))),
        Arguments.Cast<object>().ToArray());
}
