using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes the loops over the positions of a kernel or window, and the border of what is written.</summary>
internal static class PositionLoops
{
    /// <summary>Writes loops around what <paramref name="body"/> writes; the first bit of the window, or byte, is <c>p</c>.</summary>
    /// <param name="w">Receives the lines.</param>
    /// <param name="rows">Positions down.</param>
    /// <param name="columns">Positions right.</param>
    /// <param name="input">The image that is read.</param>
    /// <param name="stride">Steps of the window.</param>
    /// <param name="unit">8 if <c>p</c> counts bytes, 1 if bits.</param>
    /// <param name="output">The image that is written to <c>writer</c>, or null.</param>
    /// <param name="body">Writes what happens at a position.</param>
    /// <param name="together">Positions of a row that the body takes at once.</param>
    public static void Emit(
        SourceWriter w, int rows, int columns, ImageLayout input, Extent stride, int unit, ImageLayout? output, Action body, int together = 1)
    {
        Padding border = output?.Border ?? default;
        Fill(w, output, (long)border.Top * (output?.RowLength ?? 0));
        using (w.Block($"for (int row = 0; row < {Literal.Of(rows)}; row++)"))
        {
            Fill(w, output, (long)border.Left * (output?.Shape.Channels ?? 0));
            int down = stride.Height * input.RowLength / unit, right = stride.Width * input.Shape.Channels / unit;
            string next = together == 1 ? "column++" : $"column += {Literal.Of(together)}";
            using (w.Block($"for (int column = 0, p = row * {Literal.Of(down)}; column < {Literal.Of(columns)}; {next}, p += {Literal.Of(together * right)})"))
                body();
            Fill(w, output, (long)border.Right * (output?.Shape.Channels ?? 0));
        }
        Fill(w, output, (long)border.Bottom * (output?.RowLength ?? 0));
    }

    private static void Fill(SourceWriter w, ImageLayout? output, long count)
    {
        if (count > 0)
            w.Line($"writer.Fill({(output!.BorderBit ? "1" : "0")}, {Literal.Of(count)});");
    }
}
