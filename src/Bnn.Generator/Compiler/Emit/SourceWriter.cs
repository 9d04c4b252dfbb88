using System.Text;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes lines with indentation; lines end in a line feed.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes a line; an empty one gets no indentation.</summary>
    public void Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', 4 * _depth).Append(line);
        _text.Append('\n');
    }

    /// <summary>Writes <paramref name="head"/>, if any, and an opening brace; disposing the scope closes it.</summary>
    public Scope Block(string head = "")
    {
        if (head.Length > 0)
            Line(head);
        Line("{");
        _depth++;
        return new(this);
    }

    public override string ToString() => _text.ToString();

    internal readonly struct Scope(SourceWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line("}");
        }
    }
}
