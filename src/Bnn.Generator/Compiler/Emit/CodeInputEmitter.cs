using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes how an image of bytes becomes planes of codes with a border.</summary>
internal static class CodeInputEmitter
{
    /// <summary>Writes the call that fills <c>bits0</c>.</summary>
    public static void EmitCall(SourceWriter w, CodeLayout codes, Buffers buffers)
    {
        string to = LayerText.Bits(0);
        Padding border = codes.Plane.Border;
        int[] sizes = [codes.Plane.Shape.Height, codes.Plane.Shape.Width, border.Top, border.Left, border.Bottom, border.Right];
        buffers.Emit(w, to);
        w.Line($"global::Bnn.Kernels.CodePacking.Pack(input, {string.Join(", ", sizes.Select(size => Literal.Of(size)))}, " +
            $"{(codes.Maps is null ? "default" : "InputCodes")}, BorderCodes, BnnMemory.AsBytes({to}));");
    }

    /// <summary>Writes the tables that the call needs.</summary>
    public static void EmitTables(SourceWriter w, CodeLayout codes, CancellationToken cancel)
    {
        if (codes.Maps is not null)
            TableText.Emit(w, "InputCodes", "byte", 256 * codes.Maps.Count, i => Literal.Of(codes.Maps[i / 256][i % 256]), cancel);
        TableText.Emit(w, "BorderCodes", "byte", codes.BorderCodes.Length, channel => Literal.Of(codes.BorderCodes[channel]), cancel);
    }
}
