// The files in Model/ are compiled twice: here, and as source into the generator, where a public type would clash with this
// assembly's in any project that refers to both. So they state no accessibility (internal), and this file opens them.
namespace Bnn.Model;

public readonly partial struct EquatableArray<T>;
public static partial class EquatableArray;
public readonly partial record struct Shape;
public static partial class ModelCaps;
public abstract partial record InputEncoding;
public readonly partial record struct InputPlane;
public sealed partial record ThresholdEncoding;
public sealed partial record ThermometerEncoding;
public sealed partial record BitPlanesEncoding;
public sealed partial record EightBitEncoding;
public sealed partial record RawBitsEncoding;
public sealed partial class WeightMatrix;
public abstract partial record Layer;
public abstract partial record WeightedLayer;
public sealed partial record DenseLayer;
public readonly partial record struct Padding;
public readonly partial record struct Extent;
public sealed partial record ConvolutionLayer;
public sealed partial record MaxPoolLayer;
public sealed partial record FlattenLayer;
public abstract partial record ScoreLayer;
public sealed partial record ScoresLayer;
public sealed partial record SumScoresLayer;
public sealed partial record Network;
public sealed partial record MetadataEntry;
public sealed partial record ModelErrorKind;
public sealed partial record ModelError;
public static partial class ModelErrors;
public sealed partial record NetworkProblem;
public static partial class NetworkField;
public static partial class NetworkVerifier;
public static partial class BnnWriter;
public static partial class BnnReader;
public sealed partial record ReadResult;
public readonly partial record struct TextPlace;
