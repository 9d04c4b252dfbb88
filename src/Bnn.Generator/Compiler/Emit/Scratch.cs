using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Where the packed bits between layers live: on the stack, or in a buffer of the thread if they take too much of it.</summary>
internal sealed class Scratch
{
    private readonly int _words;
    private readonly bool _isOnStack;
    private int _taken;

    public Scratch(Plan plan, int stackWords)
    {
        _words = plan.Input.Words * (plan.Input.IsEightBit ? 8 : 1);
        foreach (LayerPlan layer in plan.Layers)
            _words += layer.OutputWords;
        _isOnStack = _words <= stackWords;
    }

    /// <summary>Writes what <see cref="Take"/> needs.</summary>
    public void Declare(SourceWriter w)
    {
        if (!_isOnStack)
            w.Line($"global::System.Span<ulong> scratch = global::Bnn.Kernels.ThreadScratch.Words({Literal.Of(_words)});");
    }

    /// <summary>A declaration of the local <paramref name="name"/>, of <paramref name="words"/> words with any content.</summary>
    public string Take(string name, int words)
    {
        int first = _taken;
        _taken += words;
        return _isOnStack
            ? $"global::System.Span<ulong> {name} = stackalloc ulong[{Literal.Of(words)}];"
            : $"global::System.Span<ulong> {name} = scratch.Slice({Literal.Of(first)}, {Literal.Of(words)});";
    }
}
